namespace OrleansChat.Gateway.Limits;

/// <summary>Lets a burst through, and after it a steady rate. For one caller at a time.</summary>
/// <param name="perSecond">The rate.</param>
/// <param name="burst">How many at once after a rest.</param>
/// <param name="clock">The time.</param>
internal sealed class TokenBucket(int perSecond, int burst, TimeProvider clock)
{
    private double _tokens = burst;
    private long _filledAt = clock.GetTimestamp();

    /// <summary>Takes a token if there is one.</summary>
    /// <param name="wait">Until when there will be one, when there is none.</param>
    public bool TryTake(out TimeSpan wait)
    {
        var now = clock.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
        wait = TimeSpan.FromSeconds(Math.Max(0, 1 - _tokens) / perSecond);
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
