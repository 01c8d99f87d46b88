using System.Collections.Immutable;
using OrleansChat.Gateway.Connections;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Rooms;

// How a client comes to follow the room, and stops.
internal sealed partial class RoomFeed
{
    /// <summary>Makes a connection a subscriber, and calls back in the same step with what it lacks.</summary>
    /// <param name="connection">The connection; a subscriber already is subscribed anew.</param>
    /// <param name="from">Where it stands.</param>
    /// <param name="onSubscribed">
    /// Called under the feed's lock, before any live event: what it puts into the outbox comes before them. It must
    /// not wait.
    /// </param>
    /// <returns><see langword="false"/>: this feed is closed; another has to be made.</returns>
    /// <exception cref="ChatException">The room cannot be followed at the moment, or is no more.</exception>
    public async Task<bool> JoinAsync(Connection connection, FeedPosition from, Action<FeedAnswer> onSubscribed)
    {
        if (!AddUser(connection.User)) return false;
        var subscribed = false;
        try
        {
            var status = await RenewSharedAsync();
            // Whatever was acknowledged before this call is in what the client is given.
            await PullToAsync(status.LastSeq);
            await PullToClientAsync(from);
            subscribed = await SubscribeAsync(connection, from, status, onSubscribed);
            return subscribed;
        }
        finally
        {
            if (!subscribed) RemoveUser(connection.User);
        }
    }

    /// <summary>Ends the connection's subscription, if there is one.</summary>
    public void Leave(Connection connection)
    {
        lock (_lock)
        {
            if (!_subscribers.Remove(connection)) return;
        }

        RemoveUser(connection.User);
    }

    // A client may have more than the room admits to: for a moment after a move, an activation that another one has
    // fenced may answer, from memory. The table knows, and is asked before a client is told that it is ahead of the log.
    private async Task PullToClientAsync(FeedPosition from)
    {
        while (true)
        {
            long after;
            lock (_lock)
            {
                if (_closed || from.Since is not { } since || since <= Cursor || (from.Log is { } log && log != _log)) return;
                after = Cursor;
            }

            var page = await _context.History(Room).Pull(after, FeedContext.PullEvents);
            if (page.Events.IsEmpty) return;
            lock (_lock)
            {
                foreach (var sequenced in page.Events) Accept(sequenced);
            }
        }
    }

    private async Task<bool> SubscribeAsync(
        Connection connection, FeedPosition from, RouteStatus status, Action<FeedAnswer> onSubscribed)
    {
        var older = ImmutableArray.CreateBuilder<RoomFrame>();
        var position = from.Since;
        while (true)
        {
            bool isPresenceKnown;
            lock (_lock)
            {
                if (_closed) return false;
                var presence = _presence.ToGive(status.Epoch, status.PresenceVersion, status.Presence!);
                isPresenceKnown = presence is not null;
                if (presence is not null && !CanReplay(from, older.Count, position))
                    return Subscribe(connection, onSubscribed, Answer([], recovered: false, presence));
                if (presence is not null && _recent.Covers(position!.Value))
                {
                    older.AddRange(_recent.After(position.Value));
                    var fits = !from.Limited || older.Sum(frame => (long)frame.Json.Length) <= _context.ReplayBytes;
                    return Subscribe(connection, onSubscribed, Answer(fits ? older.ToImmutable() : [], fits, presence));
                }
            }

            if (!isPresenceKnown)
            {
                status = await RenewSharedAsync();
                continue;
            }

            var page = await _context.History(Room).Pull(position!.Value, FeedContext.PullEvents);
            if (page.Events.IsEmpty)
                throw new ChatException(ChatErrorCode.Unavailable, $"the log of '{Room}' cannot be read at the moment; try again", "room");
            older.AddRange(page.Events.Select(e => new RoomFrame(Room, e)));
            position = page.Events[^1].Seq;
            // The log may have grown since the feed looked: what the client is given ends where its live events begin.
            await PullToAsync(position.Value);
        }

        FeedAnswer Answer(ImmutableArray<RoomFrame> events, bool recovered, PresenceSnapshot presence) =>
            new(_log!, Cursor, events, recovered, presence);
    }

    private bool CanReplay(FeedPosition from, int read, long? position)
    {
        if (position is not { } seq || seq > Cursor || (from.Log is { } log && log != _log)) return false;
        return !from.Limited || read + Cursor - seq <= _context.ReplayEvents;
    }

    private bool Subscribe(Connection connection, Action<FeedAnswer> onSubscribed, FeedAnswer answer)
    {
        // One that was a subscriber counts once.
        if (!_subscribers.Add(connection)) _connectionsOf[connection.User]--;
        onSubscribed(answer);
        return true;
    }
}

/// <summary>Where a client stands in a room's log.</summary>
/// <param name="Since">The last seq that it has; none when it wants what comes from now on.</param>
/// <param name="Log">The log that this seq belongs to, as far as it knows.</param>
/// <param name="Limited">Whether too many missing events are left out altogether.</param>
internal readonly record struct FeedPosition(long? Since, string? Log, bool Limited);

/// <summary>What a client that has begun to follow a room is told.</summary>
/// <param name="Log">The room's log.</param>
/// <param name="LastSeq">The newest seq; live events begin after it.</param>
/// <param name="Events">Everything after the position and up to <paramref name="LastSeq"/>, if <paramref name="Recovered"/>.</param>
/// <param name="Recovered">Whether that is so; if not there are none.</param>
/// <param name="Presence">Who is online.</param>
internal sealed record FeedAnswer(
    string Log, long LastSeq, ImmutableArray<RoomFrame> Events, bool Recovered, PresenceSnapshot Presence);
