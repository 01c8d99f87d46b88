using System.Collections.Concurrent;

namespace OrleansChat.Gateway.Connections;

/// <summary>All connections of this gateway, and whether there may be more.</summary>
internal sealed class ConnectionTable
{
    // From the upgrade to the end: also those that are being refused.
    private readonly ConcurrentDictionary<ClientSocket, bool> _sockets = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _door = new();
    private int _within;
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
    public void CloseDoor()
    {
        lock (_door)
        {
            _closed = true;
            if (_within == 0) _empty.TrySetResult();
        }
    }

    /// <summary>Passes the door, unless it is closed; <see cref="GoOut"/> is the way back.</summary>
    public bool TryPass()
    {
        lock (_door)
        {
            if (_closed) return false;
            _within++;
            return true;
        }
    }

    /// <summary>Who had passed the door is gone.</summary>
    public void GoOut()
    {
        lock (_door)
        {
            if (--_within == 0 && _closed) _empty.TrySetResult();
        }
    }

    /// <summary>Ended when the door is closed and everybody who had passed it is gone, whether they had a socket yet or not.</summary>
    public Task EmptyAsync() => _empty.Task;

    /// <summary>Knows of a socket for as long as somebody has to do with it.</summary>
    public async Task HoldAsync(ClientSocket socket, Func<Task> serve)
    {
        _sockets[socket] = true;
        try
        {
            // The door may have closed while it was upgraded.
            if (_closed) socket.Close(CloseReason.Draining());
            await serve();
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }

    /// <summary>Cuts off whoever is still here.</summary>
    /// <returns>How many that were.</returns>
    public int CutOff()
    {
        var left = _sockets.Keys.ToList();
        foreach (var socket in left) socket.CutOff();
        return left.Count;
    }
}
