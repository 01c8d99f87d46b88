using System.Collections.Immutable;
using OrleansChat.Gateway.Connections;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Users;

/// <summary>
/// A user's connections on this gateway. Notices of the user's memberships carry versions; when one was missed, the
/// list of rooms is read again, and each connection is told what differs.
/// </summary>
internal sealed class UserLink
{
    // A room that dies between its commit and its news tells nobody: once in so many renewals the list itself is read.
    private const int RenewalsPerReading = 3;

    private readonly Lock _lock = new();

    // A connection and, until it has been greeted, the notices that wait for it.
    private readonly Dictionary<Connection, List<UserNotice>?> _connections = [];
    private readonly Dictionary<string, RoomEntry> _rooms = [];
    private long _version = -1;
    private readonly GatewayIdentity _identity;
    private readonly Repair _renewal;
    private readonly Repair _reading;
    private readonly TimeProvider _clock;
    private int _renewals;
    private bool _closed;

    public UserLink(string user, IUserGrain grain, GatewayIdentity identity, Outage outage, TimeProvider clock)
    {
        (User, Grain, _identity, _clock) = (user, grain, identity, clock);
        _renewal = new Repair(user, RenewAsync, outage, clock);
        _reading = new Repair(user, ReadRoomsAsync, outage, clock);
    }

    public string User { get; }

    public IUserGrain Grain { get; }

    /// <summary>Adds a connection that has yet to be greeted.</summary>
    /// <returns><see langword="false"/>: this link is closed; another has to be made.</returns>
    public bool Add(Connection connection)
    {
        lock (_lock)
        {
            if (_closed) return false;
            _connections.Add(connection, []);
            return true;
        }
    }

    /// <summary>The connection has been greeted with this session; what came since is handed to it now.</summary>
    public void Start(Connection connection, UserSession session)
    {
        lock (_lock)
        {
            if (!_connections.TryGetValue(connection, out var waiting)) return;
            var since = waiting!.Where(notice => notice.Version > session.Version).ToList();
            if (_version < 0) Take(session, since);
            foreach (var notice in since) Tell(connection, notice.Change);
            _connections[connection] = null;
        }
    }

    /// <summary>Removes a connection.</summary>
    /// <returns>Whether it was the last; then this link is closed.</returns>
    public bool Remove(Connection connection)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
            return _closed = _connections.Count == 0;
        }
    }

    /// <summary>Takes a notice from the user's grain.</summary>
    /// <returns><see langword="false"/>: there is no connection here any more.</returns>
    public bool Accept(UserNotice notice)
    {
        lock (_lock)
        {
            if (_closed) return false;
            foreach (var waiting in _connections.Values) waiting?.Add(notice);
            if (_version < 0 || notice.Version <= _version) return true;
            if (notice.Version > _version + 1)
            {
                _reading.Request();
                return true;
            }

            _version = notice.Version;
            Apply(notice.Change);
            return true;
        }
    }

    /// <summary>Ends the connections that are not let in any more, and those that are named.</summary>
    /// <param name="expulsion">Which, and why.</param>
    /// <param name="areGreeted">Whether it concerns those alone that have been greeted.</param>
    public void Expel(Expulsion expulsion, bool areGreeted = false)
    {
        List<Connection> sent;
        var now = _clock.GetUtcNow();
        lock (_lock)
        {
            sent = [.. _connections
                .Where(pair => pair.Value is null || !areGreeted)
                .Select(pair => pair.Key)
                .Where(c => expulsion.Connections.Contains(c.Id) || expulsion.Access.Refusal(c.Caller.IssuedAt, now) is not null)];
        }

        foreach (var connection in sent) connection.Close(CloseReason.Removed(expulsion.Reason));
    }

    /// <summary>
    /// Renews the leases of these connections now, and finds out whether a notice was missed; again and again until it
    /// succeeds.
    /// </summary>
    public void RenewSoon() => _renewal.Request();

    private async Task RenewAsync()
    {
        ImmutableArray<string> ids;
        lock (_lock) ids = [.. _connections.Keys.Select(c => c.Id)];
        if (ids.IsEmpty) return;
        var renewal = await Grain.Renew(_identity.Name, _identity.Observer, ids);
        // Who has not been greeted is on the way in, and told at the door.
        Expel(new Expulsion(User, renewal.Access, Connections: [], "your access was ended"), areGreeted: true);
        lock (_lock)
        {
            if (_version >= 0 && (renewal.Version != _version || ++_renewals % RenewalsPerReading == 0)) _reading.Request();
        }
    }

    private async Task ReadRoomsAsync()
    {
        lock (_lock)
        {
            if (_closed) return;
        }

        var session = await Grain.Rooms();
        lock (_lock)
        {
            var now = session.Rooms.Select(r => r.Room).ToHashSet();
            var gone = _rooms.Keys.Where(room => !now.Contains(room)).ToList();
            var changed = session.Rooms.Where(entry => !_rooms.TryGetValue(entry.Room, out var known) || !IsSame(known, entry)).ToList();
            _version = session.Version;
            foreach (var room in gone) Apply(new RoomChange(room, Entry: null, Connection: null));
            foreach (var entry in changed) Apply(new RoomChange(entry.Room, entry, Connection: null));
        }
    }

    // The rest of an entry changes by the room's own events.
    private static bool IsSame(RoomEntry known, RoomEntry now) => (known.Role, known.MutedUntil) == (now.Role, now.MutedUntil);

    // The first connection's session is where this link begins.
    private void Take(UserSession session, List<UserNotice> since)
    {
        _version = session.Version;
        foreach (var entry in session.Rooms) _rooms[entry.Room] = entry;
        foreach (var notice in since.TakeWhile(notice => notice.Version == _version + 1))
        {
            _version = notice.Version;
            Note(notice.Change);
        }
    }

    private void Note(RoomChange change)
    {
        if (change.Entry is { } entry) _rooms[change.Room] = entry;
        else _rooms.Remove(change.Room);
    }

    private void Apply(RoomChange change)
    {
        Note(change);
        foreach (var (connection, waiting) in _connections)
        {
            if (waiting is null) Tell(connection, change);
        }
    }

    private static void Tell(Connection connection, RoomChange change)
    {
        if (change.Connection != connection.Id) connection.OnRoomChanged(change);
    }
}
