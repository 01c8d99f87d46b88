using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>
/// A subscriber that keeps the rules of a gateway's feed: a cursor that moves by one, repeats dropped, gaps pulled
/// from the log, presence by announcements and by a snapshot when one was missed.
/// </summary>
internal sealed class Follower : IGatewayObserver
{
    private readonly Lock _lock = new();
    private readonly ChatCluster _cluster;
    private readonly IGatewayObserver _reference;
    private readonly List<RoomEvent> _events = [];
    // What came before the answer that says where the stream begins: nothing says that the answer is there first.
    private readonly List<RoomBatch> _early = [];
    private readonly Dictionary<string, long> _reads = [];
    private HashSet<string> _online = [];
    private string? _log;
    private long _cursor;
    private long _presenceEpoch = -1;
    private long _presenceVersion;
    private long _renewals;
    private bool _closed;

    public Follower(ChatCluster cluster, string room, params ImmutableArray<string> users)
    {
        (_cluster, Room, Users) = (cluster, room, users);
        _reference = cluster.Reference(this);
    }

    public string Room { get; }

    /// <summary>The users on whose behalf it follows.</summary>
    public ImmutableArray<string> Users { get; set; }

    public string Route { get; } = Guid.NewGuid().ToString("N");

    /// <summary>What it waits for before it takes a batch; nothing, if not told otherwise.</summary>
    public Task Hold { get; init; } = Task.CompletedTask;

    /// <summary>Whether it renews its route when it is told that the room's activation has ended, as a gateway does.</summary>
    public bool HeedsLastWords { get; init; }

    /// <summary>The seq after which the stream begins.</summary>
    public long Start { get; private set; }

    /// <summary>The stream, as a client would have been sent it.</summary>
    public ImmutableArray<RoomEvent> Events
    {
        get { lock (_lock) return [.. _events]; }
    }

    /// <summary>Who is online, as far as it was told.</summary>
    public ImmutableArray<string> Online
    {
        get { lock (_lock) return [.. _online.Order(StringComparer.Ordinal)]; }
    }

    /// <summary>The read cursors that it was told of.</summary>
    public ImmutableDictionary<string, long> Reads
    {
        get { lock (_lock) return _reads.ToImmutableDictionary(); }
    }

    /// <summary>The seq of the newest event that it has.</summary>
    public long Cursor
    {
        get { lock (_lock) return _cursor; }
    }

    /// <summary>Starts to follow: after this seq, or from now on. May be called again when it failed.</summary>
    public async Task<RouteStatus> FollowAsync(long? after = null)
    {
        if (_log is not null) return await RenewAsync();
        var status = await _cluster.Room(Room).Renew(Renewal(after ?? -1, full: true));
        lock (_lock)
        {
            _log = status.Log;
            _cursor = Start = after ?? status.LastSeq;
            Apply(status);
            foreach (var batch in _early) Take(batch);
            _early.Clear();
        }

        await PullToAsync(status.LastSeq);
        return status;
    }

    /// <summary>Renews the route, as a gateway does every ten seconds, and reads what was missed.</summary>
    public async Task<RouteStatus> RenewAsync()
    {
        var room = _cluster.Room(Room);
        var status = await room.Renew(Renewal(Cursor, full: false));
        if (!status.Known) status = await room.Renew(Renewal(Cursor, full: true));
        lock (_lock) Apply(status);
        await PullToAsync(status.LastSeq);
        return status;
    }

    /// <summary>Stops to follow.</summary>
    public async Task CloseAsync()
    {
        lock (_lock) _closed = true;
        await _cluster.Room(Room).CloseRoute(Route);
    }

    public async Task<bool> Deliver(RoomBatch batch)
    {
        await Hold;
        lock (_lock)
        {
            if (_closed) return false;
            if (_log is null) _early.Add(batch);
            else Take(batch);
            return true;
        }
    }

    public Task<bool> Notify(UserNotice notice) => Task.FromResult(false);

    public Task Drain() => Task.CompletedTask;

    public Task Expel(Expulsion expulsion) => Task.CompletedTask;

    private RouteRenewal Renewal(long cursor, bool full) =>
        new(Route, Interlocked.Increment(ref _renewals), "follower", _reference, cursor, full, full ? Users : [], [], WantPresence: true);

    private void Take(RoomBatch batch)
    {
        foreach (var sequenced in batch.Events) Accept(sequenced);
        if (batch.LastSeq > _cursor) _ = Task.Run(() => PullSurelyAsync(batch.LastSeq));
        foreach (var signal in batch.Signals) Accept(batch.Epoch, signal);
        if (batch.Ended && HeedsLastWords) _ = Task.Run(() => Sending.SurelyAsync(RenewAsync));
    }

    private void Accept(RoomEvent sequenced)
    {
        if (sequenced.Seq != _cursor + 1) return;
        _cursor++;
        _events.Add(sequenced);
    }

    private void Accept(long epoch, RoomSignal signal)
    {
        switch (signal)
        {
            case ReadSignal read:
                _reads[read.User] = Math.Max(_reads.GetValueOrDefault(read.User), read.Seq);
                break;
            case PresenceSignal presence when epoch == _presenceEpoch && presence.Version == _presenceVersion + 1:
                _presenceVersion++;
                _online.UnionWith(presence.Joined);
                _online.ExceptWith(presence.Left);
                break;
            default:
                // Typing, and announcements that do not follow: the snapshot of the next renewal puts those right.
                break;
        }
    }

    // A snapshot may be older than what has arrived since, but never of an announcement that has not been made.
    private void Apply(RouteStatus status)
    {
        if (status.Presence is not { } snapshot) return;
        if (status.Epoch < _presenceEpoch) return;
        if (status.Epoch == _presenceEpoch && status.PresenceVersion < _presenceVersion) return;
        (_presenceEpoch, _presenceVersion) = (status.Epoch, status.PresenceVersion);
        if (snapshot.Users is { } users) _online = [.. users];
    }

    // Nobody tells it once more: what it asks may be on a silo that is just stopping.
    private Task<bool> PullSurelyAsync(long target) => Sending.SurelyAsync(async () =>
    {
        await PullToAsync(target);
        return true;
    });

    private async Task PullToAsync(long target)
    {
        while (Cursor < target)
        {
            var page = await _cluster.History(Room).Pull(Cursor, 256);
            lock (_lock)
            {
                foreach (var sequenced in page.Events) Accept(sequenced);
            }
        }
    }
}
