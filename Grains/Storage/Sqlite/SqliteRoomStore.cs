using Microsoft.Data.Sqlite;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>Rooms in SQLite. Each method is one piece of work for the <see cref="SqliteWriter"/>.</summary>
internal sealed class SqliteRoomStore(SqliteWriter writer) : IRoomStore
{
    private const string HeadColumns = "log, kind, topic, epoch, last_seq, last_at, member_count, created_at";

    public Task<RoomHead?> OpenAsync(string room) => writer.RunAsync(session => session.QueryFirst(
        $"UPDATE rooms SET epoch = epoch + 1 WHERE room = $1 RETURNING {HeadColumns}",
        row => ToHead(room, row),
        room));

    public Task<RoomHead?> CreateAsync(NewRoom room)
    {
        StoredText.Check(room.Topic, "topic");
        return writer.RunAsync(session =>
        {
            var head = session.QueryFirst(
                "INSERT INTO rooms (room, log, kind, topic, epoch, last_seq, member_count, created_by, created_at) "
                + $"VALUES ($1, $2, $3, $4, 1, 0, 1, $5, $6) ON CONFLICT DO NOTHING RETURNING {HeadColumns}",
                row => ToHead(room.Room, row),
                room.Room,
                room.Log,
                StoredText.Of(room.Kind),
                room.Topic,
                room.Creator,
                SqliteText.Of(room.At));
            if (head is not null) InsertMember(session, room.Room, new NewMember(room.Creator, room.Role, 0, room.At));
            return head;
        });
    }

    public Task<AppendResult> AppendAsync(AppendRequest request) =>
        writer.RunAsync(session => SqliteAppend.Run(session, request));

    public Task<bool> AddMemberAsync(RoomFence fence, NewMember member) => writer.RunAsync(session =>
    {
        Check(session, fence);
        if (InsertMember(session, fence.Room, member) == 0) return false;
        session.Execute("UPDATE rooms SET member_count = member_count + 1 WHERE room = $1", fence.Room);
        return true;
    });

    public Task<bool> RemoveMemberAsync(RoomFence fence, string user) => writer.RunAsync(session =>
    {
        Check(session, fence);
        return DeleteMember(session, fence.Room, user);
    });

    public Task<bool> SetReadSeqAsync(RoomFence fence, string user, long seq) => writer.RunAsync(session =>
    {
        Check(session, fence);
        return session.Execute(
            "UPDATE members SET read_seq = $3 WHERE room = $1 AND user = $2 AND read_seq < $3", fence.Room, user, seq) > 0;
    });

    public Task SetMutedAsync(RoomFence fence, string user, DateTimeOffset? until) => writer.RunAsync(session =>
    {
        Check(session, fence);
        return session.Execute(
            "UPDATE members SET muted_until = $3 WHERE room = $1 AND user = $2",
            fence.Room,
            user,
            until is { } time ? SqliteText.Of(time) : null);
    });

    public Task<bool> BanAsync(RoomFence fence, Ban ban) => writer.RunAsync(session =>
    {
        Check(session, fence);
        session.Execute(
            "INSERT INTO bans (room, user, until, by, at) VALUES ($1, $2, $3, $4, $5) "
            + "ON CONFLICT (room, user) DO UPDATE SET until = excluded.until, by = excluded.by, at = excluded.at",
            fence.Room,
            ban.User,
            SqliteText.Of(ban.Until),
            ban.By,
            SqliteText.Of(ban.At));
        return DeleteMember(session, fence.Room, ban.User);
    });

    public Task UnbanAsync(RoomFence fence, string user) => writer.RunAsync(session =>
    {
        Check(session, fence);
        return session.Execute("DELETE FROM bans WHERE room = $1 AND user = $2", fence.Room, user);
    });

    /// <summary>Throws unless the activation still holds the room. In the same transaction as what follows.</summary>
    internal static void Check(SqliteSession session, RoomFence fence)
    {
        if (session.Execute("UPDATE rooms SET epoch = epoch WHERE room = $1 AND epoch = $2", fence.Room, fence.Epoch) == 0)
            throw new FencedException(fence);
    }

    private static int InsertMember(SqliteSession session, string room, NewMember member) => session.Execute(
        "INSERT INTO members (room, user, role, read_seq, joined_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        room,
        member.User,
        StoredText.Of(member.Role),
        member.ReadSeq,
        SqliteText.Of(member.At));

    private static bool DeleteMember(SqliteSession session, string room, string user)
    {
        if (session.Execute("DELETE FROM members WHERE room = $1 AND user = $2", room, user) == 0) return false;
        session.Execute("UPDATE rooms SET member_count = member_count - 1 WHERE room = $1", room);
        return true;
    }

    private static RoomHead ToHead(string room, SqliteDataReader row) => new(
        room,
        Log: row.GetString(0),
        Kind: StoredText.ToKind(row.GetString(1)),
        Topic: SqliteSession.TextOrNull(row, 2),
        Epoch: row.GetInt64(3),
        LastSeq: row.GetInt64(4),
        LastAt: SqliteText.ToTime(row.GetString(row.IsDBNull(5) ? 7 : 5)),
        Members: row.GetInt64(6));
}
