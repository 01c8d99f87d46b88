namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// The time that a connection's token has left: told a minute before its end, and at its end. Both happen once for each
/// token, and never for one that was replaced in time.
/// </summary>
internal sealed class TokenLife : IDisposable
{
    /// <summary>How long before the end it is told.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromMinutes(1);

    // A timer cannot be set for more than some weeks.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly Action<DateTimeOffset> _expiring;
    private readonly Action _expired;
    private readonly ITimer _timer;
    private DateTimeOffset? _end;
    private bool _told;

    /// <param name="clock">The time.</param>
    /// <param name="expiring">Told when the end is near.</param>
    /// <param name="expired">Told when it has come.</param>
    public TokenLife(TimeProvider clock, Action<DateTimeOffset> expiring, Action expired)
    {
        (_clock, _expiring, _expired) = (clock, expiring, expired);
        _timer = clock.CreateTimer(static life => ((TokenLife)life!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Goes on with a token that ends then; or with one that never does.</summary>
    public void Begin(DateTimeOffset? end)
    {
        lock (_lock) (_end, _told) = (end, false);
        Look();
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        DateTimeOffset end;
        bool expired;
        lock (_lock)
        {
            if (_end is not { } at) return;
            end = at;
            var left = at - _clock.GetUtcNow();
            expired = left <= TimeSpan.Zero;
            var near = left <= Notice;
            if (expired) _end = null;
            else _timer.Change(Shorter(near ? left : left - Notice), Timeout.InfiniteTimeSpan);
            if (!expired && (!near || _told)) return;
            _told = true;
        }

        if (expired) _expired();
        else _expiring(end);
    }

    // Not a moment before it: timers count in whole milliseconds.
    private static TimeSpan Shorter(TimeSpan wait) =>
        (wait < LongestWait ? wait : LongestWait) + TimeSpan.FromMilliseconds(1);
}
