namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>
/// The system's clock, set forward by as much as a test wants: leases run out at once, while the timers of a running
/// cluster go on as ever.
/// </summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;

    public override long GetTimestamp() =>
        System.GetTimestamp() + (long)(Shift.TotalSeconds * System.TimestampFrequency);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    private TimeSpan Shift => TimeSpan.FromTicks(Interlocked.Read(ref _shift));
}
