using OrleansChat.Grains.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>
/// Holds a writer up in a transaction of its own, so that what a test asks for meanwhile goes into the next one
/// together.
/// </summary>
internal sealed class WriterGate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WriterGate(SqliteWriter writer) => Passed = writer.RunAsync(_ =>
    {
        _reached.SetResult();
        return _open.Wait(TimeSpan.FromMinutes(1));
    });

    /// <summary>Completes when the writer has gone through.</summary>
    public Task<bool> Passed { get; }

    /// <summary>The writer has come to the gate: from here on, work waits.</summary>
    public Task ReachedAsync() => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void Open() => _open.Set();

    public void Dispose() => Open();
}
