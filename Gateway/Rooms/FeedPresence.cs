using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Rooms;

/// <summary>
/// Who is online in a room as this gateway has told its clients: kept in step by the room's announcements, and put
/// right by a snapshot when one of them was missed or the room has moved.
/// </summary>
/// <remarks>
/// A snapshot may overtake an announcement that is on its way. So a snapshot with a newer version is a suspicion
/// first, and is believed when the next one comes and the announcement still has not.
/// <para>
/// Whoever joins is given a snapshot, and then what everybody is told. The two have to meet: a snapshot that an
/// announcement has overtaken on its way is too old to be given, and where one is newer than what was told, those in
/// whom they differ are named the next time that things are put right.
/// </para>
/// </remarks>
internal sealed class FeedPresence
{
    private HashSet<string>? _told;
    private long _epoch = -1;
    private long _version;
    private long _expected;
    private bool _missed;

    // The last announcement that was told, whether or not one before it was missed.
    private (long Epoch, long Version) _heard = (-1, 0);

    // Of whom some were told one thing when they joined, and the others another.
    private readonly HashSet<string> _unsure = [];

    /// <summary>Takes an announcement.</summary>
    /// <returns>Whether it is news; one that a snapshot has overtaken is not.</returns>
    public bool Apply(long epoch, PresenceSignal signal)
    {
        if (epoch < _epoch || (epoch == _epoch && signal.Version <= _version)) return false;
        _missed |= epoch != _epoch || signal.Version != _version + 1;
        if (!_missed) _version = signal.Version;
        _heard = (epoch, signal.Version);
        _unsure.ExceptWith(signal.Joined);
        _unsure.ExceptWith(signal.Left);
        if (signal.Online > RoomRules.NamedPresence)
        {
            _told = null;
            return true;
        }

        // Few enough again to be named, after a time when they were not.
        _missed |= _told is null;
        _told?.UnionWith(signal.Joined);
        _told?.ExceptWith(signal.Left);
        return true;
    }

    /// <summary>Whether only a snapshot can tell who is online.</summary>
    public bool NeedsSnapshot => _missed;

    /// <summary>Takes a snapshot.</summary>
    /// <returns>What the clients have to be told, if anything.</returns>
    public PresenceSignal? Apply(long epoch, long version, PresenceSnapshot snapshot)
    {
        var first = _epoch < 0;
        if (epoch < _epoch) return null;
        if (epoch == _epoch && !_missed && (version <= _version || _expected <= _version))
        {
            _expected = version;
            return null;
        }

        var before = _told ?? [];
        (_epoch, _version, _expected, _missed, _heard) = (epoch, version, version, false, (epoch, version));
        _told = snapshot.Users is { } users ? [.. users] : null;
        if (first) return null;
        if (_told is null) return new PresenceSignal(version, snapshot.Online, [], []);
        string[] joined = [.. _told.Where(user => !before.Contains(user) || _unsure.Contains(user)).Order(StringComparer.Ordinal)];
        string[] left = [.. before.Union(_unsure).Except(_told).Order(StringComparer.Ordinal)];
        _unsure.Clear();
        return joined.Length + left.Length == 0 ? null : new PresenceSignal(version, snapshot.Online, [.. joined], [.. left]);
    }

    /// <summary>What to give to somebody who is told of everything from now on.</summary>
    /// <param name="epoch">The epoch of the room's last answer.</param>
    /// <param name="version">Its newest announcement.</param>
    /// <param name="snapshot">Who was online then.</param>
    /// <returns>None when that is too old and nothing newer is known: the room has to be asked again.</returns>
    public PresenceSnapshot? ToGive(long epoch, long version, PresenceSnapshot snapshot)
    {
        if ((epoch, version).CompareTo(_heard) >= 0)
        {
            if (snapshot.Users is { } users && _told is not null) _unsure.UnionWith(_told.Except(users).Union(users.Except(_told)));
            return snapshot;
        }

        if (_missed) return null;
        // The announcements since have named everyone whom the snapshot showed before they were announced.
        if (_told is null) return snapshot;
        var told = _told.Order(StringComparer.Ordinal).ToArray();
        return new PresenceSnapshot(told.Length, [.. told], [.. told.Take(RoomRules.PresenceSample)]);
    }
}
