using System.Collections.Immutable;
using OrleansChat.Gateway.Connections;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Rooms;

// The feed's route: which users it carries, and the renewals that tell the room.
internal sealed partial class RoomFeed
{
    // A user may follow a room through several connections; the room is told of the first and of the last.
    private readonly Dictionary<string, int> _connectionsOf = [];
    private readonly HashSet<string> _arrived = [];
    private readonly HashSet<string> _departed = [];

    // After a renewal of which nobody knows whether it arrived, the next one names everyone.
    private bool _inFull = true;
    private long _number;
    private string? _silo;
    private TaskCompletionSource _siloLost = NewLoss();
    private Task<RouteStatus>? _renewing;
    private Task<RouteStatus>? _renewingNext;

    /// <summary>
    /// Tells the room now that this gateway is there, and learns what was missed; again and again until it succeeds, for
    /// until then nothing may be coming.
    /// </summary>
    public void RenewSoon() => _renewal.Request();

    /// <summary>The room has answered somebody: from an activation that knows nothing of this route, if it is a new one.</summary>
    public void Heard(string log, long epoch)
    {
        lock (_lock)
        {
            if (_closed || _log is null || (log == _log && epoch <= _epoch)) return;
        }

        RenewSoon();
    }

    /// <summary>Completes when the silo is gone that the room was on when it last answered.</summary>
    public Task SiloLost
    {
        get { lock (_lock) return _siloLost.Task; }
    }

    /// <summary>The cluster has these silos now. Without the room's, nobody answers from there, nor delivers.</summary>
    /// <returns>Whether the room's is not among them, and the route is being renewed.</returns>
    public bool RenewIfLost(IReadOnlySet<string> silos)
    {
        TaskCompletionSource lost;
        lock (_lock)
        {
            if (_closed || _silo is null || silos.Contains(_silo)) return false;
            (lost, _siloLost, _silo) = (_siloLost, NewLoss(), null);
            _inFull = true;
        }

        lost.SetResult();
        RenewSoon();
        return true;
    }

    private static TaskCompletionSource NewLoss() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RenewAsync()
    {
        try
        {
            if (!IsClosed) await RenewSharedAsync();
        }
        catch (ChatException refused) when (refused.Code == ChatErrorCode.NoSuchRoom)
        {
            Abandon(CloseReason.LogReplaced);
        }
        catch (ChatException) when (IsClosed)
        {
            // Nobody follows the room here any more.
        }
    }

    private bool IsClosed
    {
        get { lock (_lock) return _closed; }
    }

    private bool AddUser(string user)
    {
        lock (_lock)
        {
            if (_closed) return false;
            var count = _connectionsOf.GetValueOrDefault(user);
            _connectionsOf[user] = count + 1;
            if (count > 0) return true;
            _arrived.Add(user);
            _departed.Remove(user);
            return true;
        }
    }

    /// <summary>One connection of the user follows the room no longer. The last of all closes the feed.</summary>
    private void RemoveUser(string user)
    {
        lock (_lock)
        {
            if (_closed) return;
            if (--_connectionsOf[user] > 0) return;
            _connectionsOf.Remove(user);
            _arrived.Remove(user);
            _departed.Add(user);
            _closed = _connectionsOf.Count == 0;
            if (!_closed)
            {
                RenewSoon();
                return;
            }
        }

        _context.Forget(this);
        _ = CloseRouteAsync();
    }

    private async Task CloseRouteAsync()
    {
        try
        {
            // A renewal that is still on its way would open the route again.
            Task? renewing;
            lock (_lock) renewing = _renewingNext ?? _renewing;
            if (renewing is not null) await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _context.RoomGrain(Room).CloseRoute(Route);
        }
        catch (Exception error)
        {
            // The route's lease runs out by itself.
            _context.Outage.Failed(Room, error);
        }
    }

    /// <summary>
    /// A renewal that begins after this call, shared by everyone who asks before it does; one is under way at a time.
    /// </summary>
    private Task<RouteStatus> RenewSharedAsync()
    {
        lock (_lock)
        {
            return _renewingNext ??= AfterAsync(_renewing);
        }

        async Task<RouteStatus> AfterAsync(Task<RouteStatus>? before)
        {
            await Task.Yield();
            if (before is not null) await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            RouteRenewal renewal;
            lock (_lock)
            {
                (_renewing, _renewingNext) = (_renewingNext, null);
                if (_closed) throw new ChatException(ChatErrorCode.Unavailable, $"'{Room}' is no longer followed here; try again", "room");
                renewal = NextRenewal();
            }

            return await RenewAsync(renewal);
        }
    }

    private async Task<RouteStatus> RenewAsync(RouteRenewal renewal)
    {
        try
        {
            var status = await AskAsync(renewal);
            while (status is null || (!status.Known && !renewal.Full))
            {
                // The room has moved or forgotten us. It must hear of everyone, and of this renewal's departures no more.
                lock (_lock) renewal = NextRenewal(inFull: true);
                status = await AskAsync(renewal);
            }

            Apply(status);
            return status;
        }
        catch
        {
            lock (_lock) _inFull = true;
            RenewSoon();
            throw;
        }
    }

    /// <returns>The answer; none when the silo that was asked is gone, long before the call would have been given up.</returns>
    private async Task<RouteStatus?> AskAsync(RouteRenewal renewal)
    {
        var lost = SiloLost;
        var call = _context.RoomGrain(Room).Renew(renewal);
        await Task.WhenAny(call, lost);
        return call.IsCompleted ? await call : null;
    }

    private RouteRenewal NextRenewal(bool inFull = false)
    {
        var full = inFull || _inFull;
        ImmutableArray<string> arrived = full ? [.. _connectionsOf.Keys] : [.. _arrived];
        ImmutableArray<string> departed = full ? [] : [.. _departed];
        _arrived.Clear();
        _departed.Clear();
        _inFull = false;
        // Who is online is asked for each time: somebody is joining, or something was missed, or it costs next to nothing.
        return new RouteRenewal(
            Route, ++_number, _context.Gateway, _context.Observer, _log is null ? -1 : Cursor, full, arrived, departed, WantPresence: true);
    }

    private void Apply(RouteStatus status)
    {
        lock (_lock)
        {
            if (_closed) return;
            if (_log is null)
            {
                _log = status.Log;
                _recent.Reset(status.LastSeq);
            }

            if (!IsSameLog(status.Log)) return;
            if (status.Epoch >= _epoch) (_epoch, _silo) = (status.Epoch, status.Silo);
            if (status.Presence is { } snapshot
                && _presence.Apply(status.Epoch, status.PresenceVersion, snapshot) is { } news)
            {
                Tell(news);
            }

            if (status.LastSeq > Cursor) _ = PullToAsync(status.LastSeq);
        }
    }
}
