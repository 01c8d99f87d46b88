namespace OrleansChat.Gateway.Connections;

/// <summary>Begins thousands of renewals that are due at the same time: at most five thousand a second.</summary>
internal static class Pacing
{
    private const int Together = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="all">What may have to be renewed.</param>
    /// <param name="begin">Begins to renew one, if it has to be, and says whether it did. It must not wait.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellation">Begins no more.</param>
    /// <returns>How many were begun.</returns>
    public static async Task<int> BeginAsync<T>(
        IEnumerable<T> all, Func<T, bool> begin, TimeProvider clock, CancellationToken cancellation)
    {
        var begun = 0;
        foreach (var one in all)
        {
            if (begin(one) && ++begun % Together == 0) await Task.Delay(Pause, clock, cancellation);
        }

        return begun;
    }
}
