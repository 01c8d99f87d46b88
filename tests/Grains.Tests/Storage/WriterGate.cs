namespace OrleansChat.Grains.Tests.Storage;

/// <summary>
/// Holds a writer up in a group of its own, so that what a test asks for meanwhile goes into the next one together.
/// </summary>
public sealed class WriterGate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The writer has come to the gate: from here on, work waits.</summary>
    public Task ReachedAsync() => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void Open() => _open.Set();

    public void Dispose() => Open();

    /// <summary>What the writer does: waits here.</summary>
    internal bool Wait()
    {
        _reached.TrySetResult();
        return _open.Wait(TimeSpan.FromMinutes(1));
    }
}
