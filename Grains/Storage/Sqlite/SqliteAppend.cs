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

            var added = ToEvent(++seq, request.At, draft);
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

    private static SendOutcome? FindEarlier(SqliteSession session, string room, SenderDraft draft)
    {
        if (draft.Draft.Key is not { } key) return null;
        return session.QueryFirst(
            "SELECT seq, at, text, reply_to, data FROM events WHERE room = $1 AND sender = $2 AND key = $3",
            row =>
            {
                var same = row.GetString(2) == draft.Draft.Text
                    && SqliteSession.NumberOrNull(row, 3) == draft.Draft.ReplyTo
                    && SqliteSession.TextOrNull(row, 4) == draft.Draft.Data;
                return same
                    ? new SendOutcome(row.GetInt64(0), SqliteText.ToTime(row.GetString(1)), Duplicate: true)
                    : SendOutcome.Refused(
                        ChatErrorCode.KeyReused, $"the key was used for another message, seq {row.GetInt64(0)}", "key");
            },
            room,
            draft.Sender,
            key);
    }

    private static RoomEvent ToEvent(long seq, DateTimeOffset at, SenderDraft draft) => new(
        seq,
        RoomEventKind.Message,
        draft.Sender,
        draft.Name,
        draft.Draft.Text,
        at,
        draft.Draft.Key,
        draft.Draft.ReplyTo,
        draft.Draft.Data);

    // A seq that stands in the table already was put there by a later activation: this one is fenced, and the
    // conflict must not be taken for a fault of the database.
    private static void Insert(SqliteSession session, string room, long epoch, RoomEvent added)
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
