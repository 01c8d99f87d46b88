namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// Hashing of passwords, which is made to cost time: on at most half of the processors, so that a flood of log-ins takes
/// nothing from the chat, and for a limited number of requests, so that nobody waits for longer than they would.
/// </summary>
internal sealed class PasswordWork : IDisposable
{
    // Some three seconds of hashing: well below the time after which a guess counts as lost.
    private const int RequestsPerHash = 32;

    private readonly SemaphoreSlim _hashing;
    private readonly int _places;
    private int _inside;

    public PasswordWork()
        : this(Math.Max(1, Environment.ProcessorCount / 2), RequestsPerHash)
    {
    }

    /// <param name="atOnce">How many hashes are computed at once.</param>
    /// <param name="requestsPerHash">How many requests may be inside for each of those.</param>
    internal PasswordWork(int atOnce, int requestsPerHash)
    {
        _hashing = new SemaphoreSlim(atOnce);
        _places = atOnce * requestsPerHash;
    }

    /// <summary>Takes a request in, before it costs anything.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unavailable"/>: there are too many.</exception>
    public Place Enter()
    {
        if (Interlocked.Increment(ref _inside) <= _places) return new Place(this);
        Interlocked.Decrement(ref _inside);
        throw new ChatException(ChatErrorCode.Unavailable, "too many are logging in at the moment; try again");
    }

    public void Dispose() => _hashing.Dispose();

    /// <summary>A request's place.</summary>
    internal sealed class Place(PasswordWork work) : IDisposable
    {
        /// <summary>Hashes when it is its turn.</summary>
        public async Task<T> RunAsync<T>(Func<T> hash)
        {
            await work._hashing.WaitAsync();
            try
            {
                return await Task.Run(hash);
            }
            finally
            {
                work._hashing.Release();
            }
        }

        public void Dispose() => Interlocked.Decrement(ref work._inside);
    }
}
