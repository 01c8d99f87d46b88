using System.Collections.Immutable;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Rooms;

/// <summary>
/// A room as this gateway follows it for all its clients: one cursor, one route, one encoding of each event.
/// </summary>
/// <remarks>
/// What holds:
/// <list type="number">
/// <item>The cursor moves by one. A repeat is dropped; a gap is pulled from the log before anything after it is
/// accepted.</item>
/// <item>Each event is handed to every subscriber as it is accepted, under the feed's lock: all see one order.</item>
/// <item>A client that joins is given the events up to the cursor and becomes a subscriber in one step under that
/// lock: no hole and no repeat between its answer and its first live event.</item>
/// <item>Nothing waits under the lock: no call, no socket.</item>
/// <item>What a lost batch, a lost renewal or a moved room left out is found by the next renewal: its answer names the
/// room's newest seq and newest announcement of presence.</item>
/// </list>
/// A feed lives while it has users. One that has none is closed for good, and the next client makes another.
/// </remarks>
internal sealed partial class RoomFeed
{
    // What a client that was away for a moment finds here, without the store being asked.
    private const int RecentFrames = 512;
    private const int RecentCharacters = 512 * 1024;

    private readonly Lock _lock = new();
    private readonly FeedContext _context;
    private readonly HashSet<Connection> _subscribers = [];
    private readonly SeqWindow<RoomFrame> _recent = new(RecentFrames, RecentCharacters);
    private readonly FeedPresence _presence = new();
    private readonly Repair _renewal;
    private string? _log;
    private long _epoch;
    private bool _closed;

    public RoomFeed(string room, FeedContext context)
    {
        (Room, _context) = (room, context);
        _renewal = new Repair(room, RenewAsync, context.Outage, context.Clock);
    }

    public string Room { get; }

    /// <summary>This feed's route, never used again.</summary>
    public string Route { get; } = Guid.NewGuid().ToString("N");

    private long Cursor => _recent.Last;

    /// <summary>Takes a batch from the room.</summary>
    /// <returns><see langword="false"/>: this feed is closed.</returns>
    public bool Accept(RoomBatch batch)
    {
        lock (_lock)
        {
            if (_closed) return false;
            // Before the first answer to a renewal the cursor is not known; that answer says what there is to pull.
            if (_log is null) return true;
            if (!IsSameLog(batch.Log)) return false;
            foreach (var sequenced in batch.Events) Accept(sequenced);
            // The room has ended, or has moved and has brought this route along: the rest of what is new, its answer tells.
            if (batch.Epoch > _epoch || (batch.Ended && batch.Epoch == _epoch)) RenewSoon();
            if (batch.LastSeq > Cursor) _ = PullToAsync(batch.LastSeq);
            foreach (var signal in batch.Signals) Accept(batch.Epoch, signal);
            return true;
        }
    }

    /// <summary>Ends the feed's subscribers too, because the room can no longer be followed.</summary>
    private void Abandon(CloseReason reason)
    {
        Connection[] subscribers;
        lock (_lock)
        {
            _closed = true;
            subscribers = [.. _subscribers];
        }

        _context.Forget(this);
        foreach (var connection in subscribers) connection.Close(reason);
    }

    private bool IsSameLog(string log)
    {
        if (log == _log) return true;
        // The room was deleted and made anew. No cursor of the old log means anything in this one; clients that come
        // back name the log they know, and learn from the answer that it is another.
        LogReplaced(_context.Logger, Room);
        _ = Task.Run(() => Abandon(CloseReason.LogReplaced));
        return false;
    }

    private void Accept(RoomEvent sequenced)
    {
        if (sequenced.Seq != Cursor + 1) return;
        var frame = new RoomFrame(Room, sequenced);
        _recent.Add(sequenced.Seq, frame, sequenced.Text.Length + (sequenced.Data?.Length ?? 0));
        foreach (var connection in _subscribers) connection.Deliver(frame);
    }

    private void Accept(long epoch, RoomSignal signal)
    {
        if (signal is PresenceSignal presence)
        {
            if (!_presence.Apply(epoch, presence)) return;
            if (_presence.NeedsSnapshot) RenewSoon();
        }

        Tell(signal);
    }

    private void Tell(RoomSignal signal)
    {
        var frame = new RoomFrame(Room, signal);
        foreach (var connection in _subscribers) connection.Deliver(frame);
    }

    // One pull at a time: whoever wants more raises the target of the one that runs.
    private long _pullTarget;
    private Task? _pulling;

    private Task PullToAsync(long target)
    {
        lock (_lock)
        {
            _pullTarget = Math.Max(_pullTarget, target);
            if (_closed || Cursor >= _pullTarget) return Task.CompletedTask;
            return _pulling ??= Task.Run(PullAsync);
        }
    }

    private async Task PullAsync()
    {
        while (true)
        {
            long after;
            lock (_lock)
            {
                if (_closed || Cursor >= _pullTarget)
                {
                    _pulling = null;
                    return;
                }

                after = Cursor;
            }

            var events = await ReadAfterAsync(after);
            lock (_lock)
            {
                foreach (var sequenced in events) Accept(sequenced);
            }
        }
    }

    // The log cannot be read: the cursor must not move, so there is nothing to do but to ask again.
    private async Task<ImmutableArray<RoomEvent>> ReadAfterAsync(long after)
    {
        try
        {
            var page = await _context.History(Room).Pull(after, FeedContext.PullEvents);
            if (!page.Events.IsEmpty) return page.Events;
        }
        catch (Exception error)
        {
            _context.Outage.Failed(Room, error);
        }

        await Task.Delay(FeedContext.RetryPause, _context.Clock);
        return [];
    }
}
