using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Models;

/// <summary>
/// A user's list of rooms as a gateway keeps it: read once, then changed by notices, and read again when one of them
/// was missed.
/// </summary>
internal sealed class UserView : IGatewayObserver
{
    private readonly Lock _lock = new();
    private readonly ChatCluster _cluster;
    private readonly IGatewayObserver _reference;
    private readonly string _connection = Guid.NewGuid().ToString("N");
    private readonly SortedDictionary<string, RoomEntry> _rooms = new(StringComparer.Ordinal);
    private readonly List<UserNotice> _early = [];
    private long? _version;
    private int _renewals;

    public UserView(ChatCluster cluster, string user)
    {
        (_cluster, User) = (cluster, user);
        _reference = cluster.Reference(this);
    }

    public string User { get; }

    /// <summary>The rooms, each as far as it had gone when there was last news of the membership.</summary>
    public ImmutableArray<RoomEntry> Rooms
    {
        get { lock (_lock) return [.. _rooms.Values]; }
    }

    /// <summary>The rooms as somebody knows them who also follows them.</summary>
    public ImmutableArray<RoomEntry> RoomsWith(IEnumerable<Follower> followers)
    {
        var rooms = Rooms.ToDictionary(r => r.Room);
        foreach (var follower in followers)
        {
            if (!rooms.TryGetValue(follower.Room, out var entry)) continue;
            var edited = follower.Events.LastOrDefault(e => e.Kind is RoomEventKind.Archived or RoomEventKind.Restored);
            rooms[follower.Room] = entry with
            {
                LastSeq = Math.Max(entry.LastSeq, follower.Cursor),
                ReadSeq = Math.Max(entry.ReadSeq, follower.Reads.GetValueOrDefault(User)),
                Archived = edited is null ? entry.Archived : edited.Kind == RoomEventKind.Archived,
            };
        }

        return [.. rooms.Values.OrderBy(r => r.Room, StringComparer.Ordinal)];
    }

    public async Task ConnectAsync() => Take(await _cluster.User(User).Connect(
        new ConnectionRequest(_connection, $"gateway of {User}", _reference, null, 10)));

    /// <summary>Renews the lease, and reads the list again if something was missed, and every third time in any case.</summary>
    public async Task RenewAsync()
    {
        var version = (await _cluster.User(User).Renew($"gateway of {User}", _reference, [_connection])).Version;
        lock (_lock)
        {
            if (version == _version && ++_renewals % 3 != 0) return;
        }

        Take(await _cluster.User(User).Rooms());
    }

    public override string ToString()
    {
        lock (_lock) return $"version {_version}, {string.Join(' ', _rooms.Values)}, early {string.Join(' ', _early)}";
    }

    public Task<bool> Notify(UserNotice notice)
    {
        lock (_lock)
        {
            _early.Add(notice);
            ApplyWhatFollows();
        }

        return Task.FromResult(true);
    }

    public Task<bool> Deliver(RoomBatch batch) => Task.FromResult(false);

    public Task Drain() => Task.CompletedTask;

    public Task Expel(Expulsion expulsion) => Task.CompletedTask;

    private void Take(UserSession session)
    {
        lock (_lock)
        {
            _rooms.Clear();
            foreach (var entry in session.Rooms) _rooms.Add(entry.Room, entry);
            _version = session.Version;
            ApplyWhatFollows();
        }
    }

    private void ApplyWhatFollows()
    {
        while (_early.Find(n => n.Version == _version + 1) is { } next)
        {
            _version = next.Version;
            if (next.Change.Entry is { } entry) _rooms[entry.Room] = entry;
            else _rooms.Remove(next.Change.Room);
        }

        _early.RemoveAll(n => n.Version <= _version);
    }
}
