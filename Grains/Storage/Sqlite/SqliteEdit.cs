using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>The commit of an event that changes the room itself, with its record in the audit.</summary>
internal static class SqliteEdit
{
    public static bool Run(SqliteSession session, EditRequest request)
    {
        var (room, epoch) = request.Fence;
        var (seq, at) = (request.Event.Seq, SqliteText.Of(request.Event.At));
        var (column, value) = request.Event.Kind switch
        {
            RoomEventKind.Topic => ("topic", request.Event.Text.Length > 0 ? request.Event.Text : null),
            RoomEventKind.Archived => ("archived_at", at),
            RoomEventKind.Restored => ("archived_at", null),
            var other => throw new ArgumentOutOfRangeException(nameof(request), other, "no such change of a room"),
        };
        if (session.Execute(
                $"UPDATE rooms SET last_seq = $3, last_at = $4, {column} = $5 WHERE room = $1 AND epoch = $2 AND last_seq = $3 - 1",
                room,
                epoch,
                seq,
                at,
                value) == 0)
        {
            throw new FencedException(request.Fence);
        }

        SqliteAppend.Insert(session, room, epoch, request.Event);
        SqliteAudit.Insert(session, request.Audit);
        return true;
    }
}
