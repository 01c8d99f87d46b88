namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>
/// Has a clock go on by as much as this process lives: a machine that stands still meanwhile, or has no time for it, makes
/// nobody late.
/// </summary>
internal sealed class LivedTime : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _over = new();
    private readonly Task _living;

    /// <param name="clock">The clock.</param>
    /// <param name="slower">How many times more slowly it goes: nobody is late by it at all.</param>
    public LivedTime(ManualClock clock, int slower = 1) => _living = LiveAsync(clock, Step / slower);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _living;
        _over.Dispose();
    }

    private async Task LiveAsync(ManualClock clock, TimeSpan by)
    {
        while (!_over.IsCancellationRequested)
        {
            await Task.Delay(Step);
            clock.Advance(by);
        }
    }
}
