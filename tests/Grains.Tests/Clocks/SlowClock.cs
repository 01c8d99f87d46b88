namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>
/// A clock on which time passes at a fraction of its pace: what is given up after a while is not, because the machine
/// was slow; what is tried again and again still is.
/// </summary>
internal sealed class SlowClock : TimeProvider
{
    private const int Slower = 20;

    public override long GetTimestamp() => System.GetTimestamp() / Slower;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Stretch(dueTime), Stretch(period));

    private static TimeSpan Stretch(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time * Slower;
}
