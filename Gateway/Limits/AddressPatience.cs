namespace OrleansChat.Gateway.Limits;

/// <summary>
/// How often an address may yet come for nothing: be refused for its limits, or ask for nothing at all. Each time costs
/// the gateway an answer, or a handshake of TLS; who does not stop is turned away at the <see cref="Door"/> instead.
/// </summary>
/// <remarks>
/// Addresses share slots as they share limiters (<see cref="AddressLimits"/>), so that all of them together take
/// 128 KB. A slot is the time at which its patience will be whole again.
/// </remarks>
internal sealed class AddressPatience(TimeProvider clock)
{
    /// <summary>So many times are answered, after a rest.</summary>
    public const int Times = 50;

    /// <summary>And so many a second of somebody who goes on.</summary>
    public const int TimesPerSecond = 5;

    private static readonly TimeSpan Each = TimeSpan.FromSeconds(1) / TimesPerSecond;
    private static readonly TimeSpan Whole = Each * Times;

    // Those who were on their way when it was used up count too; but whoever stops is let in after this time.
    private static readonly TimeSpan LongestGrudge = TimeSpan.FromSeconds(1);

    private readonly long _startedAt = clock.GetTimestamp();
    private readonly long[] _wholeAt = new long[AddressLimits.Buckets];

    /// <summary>Whether an address has used it up.</summary>
    public bool IsOut(ClientAddress address) => Volatile.Read(ref Slot(address)) - Now > (Whole - Each).Ticks;

    /// <summary>An address has come for nothing once more.</summary>
    public void Spend(ClientAddress address)
    {
        ref var slot = ref Slot(address);
        var now = Now;
        while (true)
        {
            var wholeAt = Volatile.Read(ref slot);
            var next = Math.Min(Math.Max(wholeAt, now) + Each.Ticks, now + (Whole + LongestGrudge).Ticks);
            if (Interlocked.CompareExchange(ref slot, next, wholeAt) == wholeAt) return;
        }
    }

    private long Now => clock.GetElapsedTime(_startedAt).Ticks;

    private ref long Slot(ClientAddress address) => ref _wholeAt[address.Bucket];
}
