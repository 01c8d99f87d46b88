namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Lets in a few at a time. To greet somebody takes some hundred times as long as to hand on a message: when thousands
/// come at once (after a gateway has died, or because somebody wants to do harm), they wait for each other here, and not
/// those who chat for them.
/// </summary>
internal sealed class Arrivals(TimeProvider clock) : IDisposable
{
    /// <summary>Who has not come in after this time is sent away: a client would have given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Whoever takes longer is waiting for a grain, perhaps for one whose silo is gone, and costs nobody anything.
    private static readonly TimeSpan LongestStay = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _places = new(Environment.ProcessorCount * 2);

    /// <summary>Waits until somebody can come in.</summary>
    /// <param name="gone">The client has gone away.</param>
    /// <returns>To be given back when they are in; none when it took too long.</returns>
    public async Task<Place?> ComeInAsync(CancellationToken gone)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, patience.Token);
        try
        {
            await _places.WaitAsync(either.Token);
            return new Place(_places, clock);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => _places.Dispose();

    /// <summary>The place of one who is coming in.</summary>
    internal sealed class Place : IDisposable
    {
        private readonly SemaphoreSlim _places;
        private readonly ITimer _timer;
        private int _left;

        public Place(SemaphoreSlim places, TimeProvider clock)
        {
            _places = places;
            _timer = clock.CreateTimer(static place => ((Place)place!).Leave(), this, LongestStay, Timeout.InfiniteTimeSpan);
        }

        /// <summary>They are in, or gone. Once is enough.</summary>
        public void Leave()
        {
            if (Interlocked.Exchange(ref _left, 1) != 0) return;
            try
            {
                _places.Release();
            }
            catch (ObjectDisposedException)
            {
                // The gateway has ended, and nobody waits for the place. Thrown on a timer it would end the process.
            }
        }

        public void Dispose()
        {
            _timer.Dispose();
            Leave();
        }
    }
}
