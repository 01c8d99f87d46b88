namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Lets a burst through, and after it a steady rate. For one caller at a time. Kept as the time at which the bucket
/// would be full again (the generic cell rate algorithm, ITU-T I.371): whole ticks, so that the wait that a refusal
/// names is exactly long enough.
/// </summary>
/// <param name="perSecond">The rate, at most a token a tick.</param>
/// <param name="burst">How many at once after a rest.</param>
/// <param name="clock">The time.</param>
internal sealed class TokenBucket(int perSecond, int burst, TimeProvider clock)
{
    private readonly long _startedAt = clock.GetTimestamp();
    private readonly TimeSpan _interval = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / perSecond);
    private TimeSpan _fullAt;

    /// <summary>Takes a token if there is one.</summary>
    /// <param name="wait">Until when there will be one, when there is none.</param>
    public bool TryTake(out TimeSpan wait)
    {
        var now = clock.GetElapsedTime(_startedAt);
        if (_fullAt < now) _fullAt = now;
        wait = _fullAt - now - (_interval * (burst - 1));
        if (wait > TimeSpan.Zero) return false;
        wait = TimeSpan.Zero;
        _fullAt += _interval;
        return true;
    }
}
