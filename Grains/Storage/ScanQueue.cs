namespace OrleansChat.Grains.Storage;

/// <summary>
/// Reads that go through a whole table: a few at a time, whoever asks, so that everything else finds connections. Users
/// take turns: who asks for much waits behind those who ask for little.
/// </summary>
/// <param name="atOnce">How many run at the same time.</param>
/// <param name="clock">The time.</param>
internal sealed class ScanQueue(int atOnce, TimeProvider clock)
{
    /// <summary>The server itself, which no number of users keeps out. No user's id is empty.</summary>
    public const string Server = "";

    /// <summary>So many users wait, and no more.</summary>
    public const int MostUsers = 64;

    /// <summary>So many of one user's wait: the pages of a browser, and what is typed meanwhile.</summary>
    public const int MostOfUser = 8;

    // Callers of grains give up after ten seconds: what is begun shall be for somebody.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<string> _turns = new();
    private readonly Dictionary<string, Queue<(TaskCompletionSource Place, long Since)>> _waiting = [];
    private int _running;

    /// <summary>Reads when it is the user's turn.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.RateLimited"/>: too much of this user waits already;
    /// <see cref="ChatErrorCode.Unavailable"/>: of others, or for too long. It was not read.
    /// </exception>
    public async Task<T> RunAsync<T>(string user, Func<Task<T>> scan)
    {
        await EnterAsync(user);
        try
        {
            return await scan();
        }
        finally
        {
            Leave();
        }
    }

    private Task EnterAsync(string user)
    {
        lock (_lock)
        {
            if (_running < atOnce)
            {
                _running++;
                return Task.CompletedTask;
            }

            if (!_waiting.TryGetValue(user, out var own))
            {
                if (_waiting.Count >= MostUsers && user != Server) throw Busy();
                _waiting.Add(user, own = new());
                // Each user once: the next of the same comes after one of everybody else's.
                _turns.Enqueue(user);
            }
            else if (own.Count >= MostOfUser)
            {
                throw new ChatException(ChatErrorCode.RateLimited, $"{MostOfUser} lists of rooms of this user are waited for already")
                {
                    RetryAfter = ComeAgain,
                };
            }

            var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            own.Enqueue((place, clock.GetTimestamp()));
            return place.Task;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            while (_turns.TryDequeue(out var user))
            {
                var own = _waiting[user];
                var (place, since) = own.Dequeue();
                if (own.Count > 0) _turns.Enqueue(user);
                else _waiting.Remove(user);
                if (clock.GetElapsedTime(since) < Patience)
                {
                    place.SetResult();
                    return;
                }

                place.SetException(Busy());
            }

            _running--;
        }
    }

    private static ChatException Busy() =>
        new(ChatErrorCode.Unavailable, "too many look through the rooms at the moment; try again") { RetryAfter = ComeAgain };
}
