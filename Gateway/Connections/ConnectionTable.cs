using System.Collections.Concurrent;

namespace OrleansChat.Gateway.Connections;

/// <summary>All connections of this gateway; who asks to end them all waits until they have.</summary>
internal sealed class ConnectionTable
{
    // Spread, so that clients who come back do not all come at once.
    private const int ReconnectSpreadMs = 1_000;
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(12);

    private readonly ConcurrentDictionary<Connection, Task> _running = new();

    /// <summary>Whether no new connections are taken.</summary>
    public bool IsDraining { get; private set; }

    public int Count => _running.Count;

    /// <summary>Serves a connection until it has ended.</summary>
    public async Task RunAsync(Connection connection)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[connection] = ended.Task;
        try
        {
            // Draining may have begun since the connection was let in.
            if (IsDraining) connection.Close(Draining());
            await connection.RunAsync();
        }
        finally
        {
            _running.TryRemove(connection, out _);
            ended.SetResult();
        }
    }

    /// <summary>Takes no new connections, says goodbye to all, and waits for them, though not for ever.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        IsDraining = true;
        var running = _running.ToArray();
        foreach (var (connection, _) in running) connection.Close(Draining());
        await Task.WhenAll(running.Select(pair => pair.Value)).WaitAsync(DrainTimeout, cancellation)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static CloseReason Draining() =>
        new(1001, "draining", Reconnect: true, AfterMs: Random.Shared.Next(ReconnectSpreadMs));
}
