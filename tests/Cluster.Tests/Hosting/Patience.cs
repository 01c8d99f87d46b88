namespace OrleansChat.Cluster.Tests.Hosting;

/// <summary>How long a test waits for what must come. A safety net on a busy machine, never a pass mark.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks again and again until nothing is missing.</summary>
    /// <param name="missing">What is missing still; nothing when it is so.</param>
    public static async Task UntilAsync(Func<Task<string?>> missing)
    {
        using var deadline = new CancellationTokenSource(Limit);
        while (await missing() is { } what)
        {
            if (deadline.IsCancellationRequested) throw new TimeoutException($"waited in vain: {what}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    public static Task UntilAsync(Func<string?> missing) => UntilAsync(() => Task.FromResult(missing()));
}
