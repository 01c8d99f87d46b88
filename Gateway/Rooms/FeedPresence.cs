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
/// </remarks>
internal sealed class FeedPresence
{
    private HashSet<string>? _told;
    private long _epoch = -1;
    private long _version;
    private long _expected;
    private bool _missed;

    /// <summary>Takes an announcement.</summary>
    /// <returns>Whether it is news; one that a snapshot has overtaken is not.</returns>
    public bool Apply(long epoch, PresenceSignal signal)
    {
        if (epoch < _epoch || (epoch == _epoch && signal.Version <= _version)) return false;
        _missed |= epoch != _epoch || signal.Version != _version + 1;
        if (!_missed) _version = signal.Version;
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
        (_epoch, _version, _expected, _missed) = (epoch, version, version, false);
        _told = snapshot.Users is { } users ? [.. users] : null;
        if (first) return null;
        if (_told is null) return new PresenceSignal(version, snapshot.Online, [], []);
        string[] joined = [.. _told.Except(before).Order(StringComparer.Ordinal)];
        string[] left = [.. before.Except(_told).Order(StringComparer.Ordinal)];
        return joined.Length + left.Length == 0 ? null : new PresenceSignal(version, snapshot.Online, [.. joined], [.. left]);
    }
}
