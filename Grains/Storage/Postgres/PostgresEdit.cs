using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>The commit of an event that changes the room itself, with its record in the audit, in one statement.</summary>
internal static class PostgresEdit
{
    public static PostgresStatement<bool> Of(EditRequest request)
    {
        var (room, epoch) = request.Fence;
        var changed = request.Event;
        var (column, value) = changed.Kind switch
        {
            RoomEventKind.Topic => ("topic", PostgresValue.Of(changed.Text.Length > 0 ? changed.Text : null)),
            RoomEventKind.Archived => ("archived_at", PostgresValue.Of(changed.At)),
            RoomEventKind.Restored => ("archived_at", PostgresValue.Of((DateTimeOffset?)null)),
            var other => throw new ArgumentOutOfRangeException(nameof(request), other, "no such change of a room"),
        };
        return new PostgresStatement<bool>(
            room,
            $"""
            WITH fence AS (
                UPDATE rooms SET last_seq = $3, last_at = $4, {column} = $5
                WHERE room = $1 AND epoch = $2 AND last_seq = $3 - 1
                RETURNING room, epoch
            ), added AS (
                INSERT INTO events (room, seq, kind, epoch, sender, name, at, text)
                SELECT room, $3, $6, epoch, $7, $8, $4, $9 FROM fence
            ), audited AS (
                INSERT INTO audit (room, {PostgresAudit.Columns})
                SELECT room, $10, $11, $12, $13, $14, $15, $16 FROM fence
            )
            SELECT true FROM fence
            """,
            row => row?.GetBoolean(0) ?? throw new FencedException(request.Fence),
            [
                PostgresValue.Of(room),
                PostgresValue.Of(epoch),
                PostgresValue.Of(changed.Seq),
                PostgresValue.Of(changed.At),
                value,
                PostgresValue.Of(StoredText.Of(changed.Kind)),
                PostgresValue.Of(changed.From),
                PostgresValue.Of(changed.Name),
                PostgresValue.Of(changed.Text),
                .. PostgresAudit.Values(request.Audit),
            ]);
    }
}
