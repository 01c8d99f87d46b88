namespace OrleansChat.Gateway.Hosting;

/// <summary>
/// Whether a grain reads from the store. Anybody may ask for it, and as often as they like: so it is tried by one at a time
/// and once a second at most, and whoever comes meanwhile is given what came of the last.
/// </summary>
/// <param name="tryIt">Reads something from the store.</param>
/// <param name="clock">The time.</param>
internal sealed class StoreProbe(Func<Task> tryIt, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task? _last;
    private long _triedAt;

    /// <summary>Done when it has been read from, at most a second ago; fails with what keeps it from that.</summary>
    /// <exception cref="TimeoutException">There was no answer within two seconds.</exception>
    public Task AskAsync()
    {
        lock (_lock)
        {
            if (_last is { } last && (!last.IsCompleted || clock.GetElapsedTime(_triedAt) < Holds)) return last;
            _triedAt = clock.GetTimestamp();
            return _last = TryAsync();
        }
    }

    private async Task TryAsync() => await tryIt().WaitAsync(Patience, clock);
}
