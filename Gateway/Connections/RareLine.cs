namespace OrleansChat.Gateway.Connections;

/// <summary>A line of the log that says as much when it is told once in a while as each time that there is reason for it.</summary>
/// <param name="quiet">For how long it is not told again.</param>
/// <param name="clock">The time.</param>
internal sealed class RareLine(TimeSpan quiet, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long? _toldAt;
    private int _times;

    /// <summary>There is reason for it, once more.</summary>
    /// <param name="times">How often there was, since it was told last.</param>
    /// <returns>Whether to tell it now.</returns>
    public bool IsDue(out int times)
    {
        lock (_lock)
        {
            times = ++_times;
            var now = clock.GetTimestamp();
            if (_toldAt is { } told && clock.GetElapsedTime(told, now) < quiet) return false;
            (_toldAt, _times) = (now, 0);
            return true;
        }
    }
}
