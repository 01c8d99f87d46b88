namespace OrleansChat.Limits;

/// <summary>
/// Lets a burst through, and after it a steady rate. For one caller at a time. Kept as the time at which the bucket
/// would be full again (the generic cell rate algorithm, ITU-T I.371): whole ticks, so that the wait that a refusal
/// names is exactly long enough.
/// </summary>
public sealed class TokenBucket
{
    private readonly TokenRate _rate;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private TimeSpan _fullAt;

    /// <summary>A bucket that is full, but for what takes this long to come back.</summary>
    /// <param name="rate">Its size, and how fast it fills.</param>
    /// <param name="clock">The time.</param>
    /// <param name="missing">See <see cref="Missing"/>; more than an empty bucket misses counts as an empty one.</param>
    public TokenBucket(TokenRate rate, TimeProvider clock, TimeSpan missing = default)
    {
        ArgumentNullException.ThrowIfNull(rate);
        ArgumentNullException.ThrowIfNull(clock);
        (_rate, _clock, _startedAt) = (rate, clock, clock.GetTimestamp());
        _fullAt = missing < rate.Whole ? missing : rate.Whole;
    }

    /// <summary>In how long it will be full, if nothing is taken.</summary>
    public TimeSpan Missing
    {
        get
        {
            var missing = _fullAt - _clock.GetElapsedTime(_startedAt);
            return missing > TimeSpan.Zero ? missing : TimeSpan.Zero;
        }
    }

    /// <summary>Takes a token if there is one.</summary>
    /// <param name="wait">Until when there will be one, when there is none.</param>
    public bool TryTake(out TimeSpan wait) => TryTake(1, 1, out wait) == 1;

    /// <summary>Takes as many tokens as there are, within limits.</summary>
    /// <param name="least">Fewer are left where they are; at most the size of the bucket.</param>
    /// <param name="most">More are not taken.</param>
    /// <param name="wait">Until when there will be <paramref name="least"/>, when there are fewer.</param>
    /// <returns>How many were taken; none, or at least <paramref name="least"/>.</returns>
    public int TryTake(int least, int most, out TimeSpan wait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(least, _rate.Burst);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        var now = _clock.GetElapsedTime(_startedAt);
        if (_fullAt < now) _fullAt = now;
        wait = _fullAt - now - (_rate.Interval * (_rate.Burst - least));
        if (wait > TimeSpan.Zero) return 0;
        wait = TimeSpan.Zero;
        var there = (_rate.Whole - (_fullAt - now)).Ticks / _rate.Interval.Ticks;
        var taken = (int)Math.Min(most, there);
        _fullAt += _rate.Interval * taken;
        return taken;
    }

    /// <summary>Puts a token back that was taken for nothing.</summary>
    public void Return() => _fullAt -= _rate.Interval;
}
