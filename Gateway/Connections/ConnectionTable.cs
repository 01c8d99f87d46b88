using System.Collections.Concurrent;

namespace OrleansChat.Gateway.Connections;

/// <summary>All connections of this gateway, and whether there may be more.</summary>
internal sealed class ConnectionTable
{
    // From the upgrade to the end: also those that are on their way in, or are being refused.
    private readonly ConcurrentDictionary<ClientSocket, Task> _sockets = new();
    private int _served;
    private volatile bool _draining;
    private volatile bool _closed;

    /// <summary>Whether this gateway is on its way out: nobody should be sent here any more.</summary>
    public bool IsDraining => _draining;

    /// <summary>Whether no new connections are taken.</summary>
    public bool IsClosed => _closed;

    /// <summary>How many are served, or will be in a moment; whoever is refused does not count.</summary>
    public int Count => Volatile.Read(ref _served);

    /// <summary>Counts one in, unless there are as many as there may be; <see cref="Leave"/> counts it out.</summary>
    public bool TryEnter(int most)
    {
        if (Interlocked.Increment(ref _served) <= most) return true;
        Interlocked.Decrement(ref _served);
        return false;
    }

    /// <summary>Counts one out.</summary>
    public void Leave() => Interlocked.Decrement(ref _served);

    /// <summary>Those that have not been told to go.</summary>
    public IEnumerable<ClientSocket> Staying => _sockets.Keys.Where(socket => socket.IsOpen);

    /// <summary>Turns not ready; all goes on as before.</summary>
    public void BeginDraining() => _draining = true;

    /// <summary>Takes no new connections; who is just coming in is told goodbye.</summary>
    public void CloseDoor() => _closed = true;

    /// <summary>Knows of a socket for as long as somebody has to do with it.</summary>
    public async Task HoldAsync(ClientSocket socket, Func<Task> serve)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sockets[socket] = ended.Task;
        try
        {
            // The door may have closed while it was upgraded.
            if (_closed) socket.Close(CloseReason.Draining());
            await serve();
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
            ended.SetResult();
        }
    }

    /// <summary>Ended when all sockets of this moment have.</summary>
    public Task EmptyAsync() => Task.WhenAll(_sockets.Values);

    /// <summary>Cuts off whoever is still here.</summary>
    /// <returns>How many that were.</returns>
    public int CutOff()
    {
        var left = _sockets.Keys.ToList();
        foreach (var socket in left) socket.CutOff();
        return left.Count;
    }
}
