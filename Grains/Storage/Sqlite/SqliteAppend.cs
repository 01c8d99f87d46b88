using System.Collections.Immutable;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>
/// The commit of a room's batch: drop what was committed before, number the rest, insert it, and move the room's
/// newest seq on if nobody else has.
/// </summary>
internal static class SqliteAppend
{
    public static AppendResult Run(SqliteSession session, AppendRequest request)
    {
        var (room, epoch) = request.Fence;
        var outcomes = ImmutableArray.CreateBuilder<SendOutcome>(request.Drafts.Length);
        var events = ImmutableArray.CreateBuilder<RoomEvent>(request.Drafts.Length);
        var seq = request.LastSeq;
        foreach (var draft in request.Drafts)
        {
            if ((StoredText.Refuse(draft) ?? FindEarlier(session, room, draft)) is { } settled)
            {
                outcomes.Add(settled);
                continue;
            }

            var added = draft.ToEvent(++seq, request.At);
            Insert(session, room, epoch, added);
            events.Add(added);
            outcomes.Add(new SendOutcome(added.Seq, added.At, Duplicate: false));
        }

        // Checked even when there is nothing new: a fenced activation must learn of it.
        if (session.Execute(
                "UPDATE rooms SET last_seq = $4, last_at = coalesce($5, last_at) WHERE room = $1 AND epoch = $2 AND last_seq = $3",
                room,
                epoch,
                request.LastSeq,
                seq,
                seq > request.LastSeq ? SqliteText.Of(request.At) : null) == 0)
        {
            throw new FencedException(request.Fence);
        }

        return new AppendResult(outcomes.DrainToImmutable(), events.DrainToImmutable());
    }

    /// <summary>What a draft is answered whose key its sender has used before.</summary>
    internal static SendOutcome? FindEarlier(SqliteSession session, string room, SenderDraft draft)
    {
        if (draft.Draft.Key is not { } key) return null;
        return session.QueryFirst(
            "SELECT seq, at, text, reply_to, data FROM events WHERE room = $1 AND sender = $2 AND key = $3",
            row => new KeyedEvent(
                row.GetInt64(0),
                SqliteText.ToTime(row.GetString(1)),
                row.GetString(2),
                SqliteSession.NumberOrNull(row, 3),
                SqliteSession.TextOrNull(row, 4)).Answer(draft.Draft),
            room,
            draft.Sender,
            key);
    }

    // A seq that stands in the table already was put there by a later activation: this one is fenced, and the
    // conflict must not be taken for a fault of the database.
    internal static void Insert(SqliteSession session, string room, long epoch, RoomEvent added)
    {
        var inserted = session.Execute(
            "INSERT INTO events (room, seq, kind, epoch, sender, name, key, at, text, reply_to, data) "
            + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
            room,
            added.Seq,
            StoredText.Of(added.Kind),
            epoch,
            added.From,
            added.Name,
            added.Key,
            SqliteText.Of(added.At),
            added.Text,
            added.ReplyTo,
            added.Data);
        if (inserted == 0) throw new FencedException(new RoomFence(room, epoch));
    }
}
