using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Rooms;

/// <summary>
/// What users are to the room: read from the store when first asked for, kept for those who were, and changed here
/// after each commit. A room of 100,000 members holds in memory those who are active.
/// </summary>
internal sealed class RoomMembers(IChatReader reader, RoomHead head)
{
    private const int MaxKept = 16_384;

    private readonly Dictionary<string, Standing> _standings = [];
    private long _changes;

    /// <summary>How many members the room has.</summary>
    public long Count { get; set; } = head.Members;

    /// <summary>What the user is to the room now.</summary>
    public async ValueTask<Standing> FindAsync(string user)
    {
        while (true)
        {
            if (_standings.TryGetValue(user, out var kept)) return kept;
            var changes = _changes;
            var read = await reader.FindStandingAsync(head.Room, user) ?? new Standing(head.Kind, null, 0, null, null);
            // Turns interleave: what was read while somebody's standing changed may be the one before.
            if (changes != _changes) continue;
            if (_standings.Count >= MaxKept) _standings.Clear();
            _standings[user] = read;
            return read;
        }
    }

    /// <summary>
    /// Whether this is what the user is to the room, as far as is known without reading. Read cursors do not count: by
    /// moving theirs again and again nobody puts off a ban.
    /// </summary>
    public bool IsStill(string user, Standing standing) =>
        _standings.TryGetValue(user, out var now) && now with { ReadSeq = standing.ReadSeq } == standing;

    /// <summary>A change to the user's standing was committed; the next to ask reads it.</summary>
    public void Changed(string user)
    {
        _changes++;
        _standings.Remove(user);
    }

    /// <summary>The user's read cursor was moved forward. Answers of the store can overtake each other.</summary>
    /// <returns>Whether it is news; not when it is known to be further by now.</returns>
    public bool ReadTo(string user, long seq)
    {
        if (!_standings.TryGetValue(user, out var standing))
        {
            Changed(user);
            return true;
        }

        // As far as this: read again since it was committed.
        if (standing.ReadSeq > seq) return false;
        _standings[user] = standing with { ReadSeq = seq };
        return true;
    }
}
