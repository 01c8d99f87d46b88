namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>
/// The system's clock, set forward by as much as a test wants: leases run out at once, while the timers of a running
/// cluster go on as ever.
/// </summary>
/// <param name="slower">
/// How much more slowly than the system's it measures time and lets timers wait: what is given up after a while is not,
/// because the machine was slow. What time it is, it says as the system does.
/// </param>
internal sealed class ShiftedClock(int slower = 1) : TimeProvider
{
    // No timer waits for longer.
    private const uint LongestWait = uint.MaxValue - 1;

    private long _shift;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;

    public override long GetTimestamp() =>
        (System.GetTimestamp() / slower) + (long)(Shift.TotalSeconds * System.TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Stretch(dueTime), Stretch(period));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    private TimeSpan Stretch(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? time : TimeSpan.FromMilliseconds(Math.Min(time.TotalMilliseconds * slower, LongestWait));

    private TimeSpan Shift => TimeSpan.FromTicks(Interlocked.Read(ref _shift));
}
