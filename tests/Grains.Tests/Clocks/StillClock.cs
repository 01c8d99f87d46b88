namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>
/// A clock that stands still until a test moves it: however slow the machine is, no lease runs out and no budget fills but
/// by that. Its timers are the system's, so that whatever waits for a moment goes on as ever.
/// </summary>
internal sealed class StillClock : TimeProvider
{
    private readonly DateTimeOffset _begun = System.GetUtcNow();
    private long _moved;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _begun.AddTicks(GetTimestamp());

    public override long GetTimestamp() => Interlocked.Read(ref _moved);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _moved, by.Ticks);
}
