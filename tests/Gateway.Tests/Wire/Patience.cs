namespace OrleansChat.Gateway.Tests.Wire;

/// <summary>How long a test waits for what must come. A safety net on a busy machine, never a pass mark.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Asks again and again until it is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        using var deadline = new CancellationTokenSource(Limit);
        while (!await isSo())
        {
            if (deadline.IsCancellationRequested) throw new TimeoutException($"waited in vain until {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
        }
    }
}
