namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>
/// A clock on which time passes at a fraction of its pace: what is given up after a while is not, because the machine
/// was slow; what is tried again and again still is. What time it is, it says as the system does, set forward by as much
/// as a test wants.
/// </summary>
internal sealed class SlowClock : TimeProvider
{
    private const int Slower = 20;

    // No timer waits for longer.
    private const uint LongestWait = uint.MaxValue - 1;

    private long _shift;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;

    public override long GetTimestamp() =>
        (System.GetTimestamp() / Slower) + (long)(Shift.TotalSeconds * System.TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Stretch(dueTime), Stretch(period));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    private static TimeSpan Stretch(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? time : TimeSpan.FromMilliseconds(Math.Min(time.TotalMilliseconds * Slower, LongestWait));

    private TimeSpan Shift => TimeSpan.FromTicks(Interlocked.Read(ref _shift));
}
