using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>Who is online in a room, and what of it has yet to be told.</summary>
/// <remarks>
/// Whoever has a snapshot, and applies every announcement after it, knows exactly who is online. Between two
/// announcements a user may come and go without being told of; but once a snapshot was given out in between, everyone
/// touched is told of, for the snapshot may have shown what is no longer so.
/// </remarks>
internal sealed class RoomPresence
{
    // A user may listen through several gateways: online while any route carries them.
    private readonly Dictionary<string, int> _routesOf = [];
    private readonly Dictionary<string, bool> _wasOnline = [];
    private bool _snapshotGiven;

    public int Online => _routesOf.Count;

    /// <summary>The number of the last announcement.</summary>
    public long Version { get; private set; }

    public bool HasNews => _wasOnline.Count > 0;

    public bool IsOnline(string user) => _routesOf.ContainsKey(user);

    public void Arrive(string user)
    {
        Touch(user);
        _routesOf[user] = _routesOf.GetValueOrDefault(user) + 1;
    }

    /// <summary>Somebody who was online before the room came here, which is no news.</summary>
    public void Restore(string user) => _routesOf[user] = _routesOf.GetValueOrDefault(user) + 1;

    public void Depart(string user)
    {
        Touch(user);
        if (--_routesOf[user] == 0) _routesOf.Remove(user);
    }

    public PresenceSnapshot Snapshot()
    {
        _snapshotGiven = true;
        if (Online > RoomRules.NamedPresence)
            return new PresenceSnapshot(Online, Users: null, [.. _routesOf.Keys.Take(RoomRules.PresenceSample)]);
        var users = _routesOf.Keys.Order(StringComparer.Ordinal).ToArray();
        return new PresenceSnapshot(Online, [.. users], [.. users.Take(RoomRules.PresenceSample)]);
    }

    /// <summary>What has changed since the last announcement, if anything.</summary>
    public PresenceSignal? Announce()
    {
        var told = _wasOnline
            .Where(pair => _snapshotGiven || pair.Value != IsOnline(pair.Key))
            .Select(pair => pair.Key)
            .Order(StringComparer.Ordinal)
            .ToArray();
        _wasOnline.Clear();
        _snapshotGiven = false;
        if (told.Length == 0) return null;
        Version++;
        return Online > RoomRules.NamedPresence
            ? new PresenceSignal(Version, Online, [], [])
            : new PresenceSignal(Version, Online, [.. told.Where(IsOnline)], [.. told.Where(user => !IsOnline(user))]);
    }

    private void Touch(string user) => _wasOnline.TryAdd(user, IsOnline(user));
}
