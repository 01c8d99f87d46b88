using Microsoft.Data.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>Rooms in SQLite. Each method is one piece of work for the <see cref="SqliteWriter"/>.</summary>
internal sealed class SqliteRoomStore(SqliteWriter writer) : IRoomStore
{
    private const string HeadColumns = "log, kind, topic, epoch, last_seq, last_at, member_count, created_at, archived_at";

    // One who goes by themselves may, when they leave nobody behind. Left to itself the planner goes through the members
    // until it meets an owner.
    internal const string LastOwner =
        "SELECT 'last' FROM members WHERE room = $1 AND user = $2 AND role = 'owner' "
        + "AND NOT EXISTS (SELECT 1 FROM members o INDEXED BY members_who_own WHERE o.room = $1 AND o.user <> $2 AND o.role = 'owner') "
        + "AND ($3 = 0 OR EXISTS (SELECT 1 FROM members o WHERE o.room = $1 AND o.user <> $2))";

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

    public Task EditAsync(EditRequest request)
    {
        request.Check();
        return writer.RunAsync(session => SqliteEdit.Run(session, request));
    }

    public Task<bool> AddMemberAsync(RoomFence fence, NewMember member, AuditRecord? audit = null) => RunFencedAsync(fence, audit, session =>
    {
        if (InsertMember(session, fence.Room, member) == 0) return false;
        session.Execute("UPDATE rooms SET member_count = member_count + 1 WHERE room = $1", fence.Room);
        if (audit is not null) SqliteAudit.Insert(session, audit);
        return true;
    });

    public Task<MemberChange> RemoveMemberAsync(RoomFence fence, string user, AuditRecord? audit = null) => RunFencedAsync(fence, audit, session =>
    {
        if (IsLastOwner(session, fence.Room, user, mayLeaveAlone: audit is null)) return MemberChange.LastOwner;
        if (!DeleteMember(session, fence.Room, user)) return MemberChange.None;
        if (audit is not null) SqliteAudit.Insert(session, audit);
        return MemberChange.Removed;
    });

    public Task<MemberChange> SetRoleAsync(RoomFence fence, string user, MemberRole role, AuditRecord audit) => RunFencedAsync(fence, audit, session =>
    {
        if (role != MemberRole.Owner && IsLastOwner(session, fence.Room, user, mayLeaveAlone: false)) return MemberChange.LastOwner;
        if (session.Execute(
                "UPDATE members SET role = $3 WHERE room = $1 AND user = $2 AND role <> $3", fence.Room, user, StoredText.Of(role)) == 0)
        {
            return MemberChange.None;
        }

        SqliteAudit.Insert(session, audit);
        return MemberChange.Changed;
    });

    public Task<bool> SetReadSeqAsync(RoomFence fence, string user, long seq) => RunFencedAsync(fence, audit: null, session => session.Execute(
        "UPDATE members SET read_seq = $3 WHERE room = $1 AND user = $2 AND read_seq < $3", fence.Room, user, seq) > 0);

    public Task<bool> SetMutedAsync(RoomFence fence, string user, DateTimeOffset? until, AuditRecord audit) => RunFencedAsync(fence, audit, session =>
    {
        if (session.Execute(
                "UPDATE members SET muted_until = $3 WHERE room = $1 AND user = $2 AND muted_until IS NOT $3",
                fence.Room,
                user,
                until is { } time ? SqliteText.Of(time) : null) == 0)
        {
            return false;
        }

        SqliteAudit.Insert(session, audit);
        return true;
    });

    public Task<MemberChange> BanAsync(RoomFence fence, Ban ban)
    {
        var audit = ban.ToRecord(fence.Room);
        return RunFencedAsync(fence, audit, session =>
        {
            if (IsLastOwner(session, fence.Room, ban.User, mayLeaveAlone: false)) return MemberChange.LastOwner;
            var banned = session.Execute(
                "INSERT INTO bans (room, user, until, by, at) VALUES ($1, $2, $3, $4, $5) "
                + "ON CONFLICT (room, user) DO UPDATE SET until = excluded.until, by = excluded.by, at = excluded.at "
                + "WHERE until <> excluded.until",
                fence.Room,
                ban.User,
                SqliteText.Of(ban.Until),
                ban.By,
                SqliteText.Of(ban.At)) > 0;
            var removed = DeleteMember(session, fence.Room, ban.User);
            if (banned || removed) SqliteAudit.Insert(session, audit);
            return removed ? MemberChange.Removed : banned ? MemberChange.Changed : MemberChange.None;
        });
    }

    public Task<bool> UnbanAsync(RoomFence fence, string user, AuditRecord audit) => RunFencedAsync(fence, audit, session =>
    {
        if (session.Execute("DELETE FROM bans WHERE room = $1 AND user = $2", fence.Room, user) == 0) return false;
        SqliteAudit.Insert(session, audit);
        return true;
    });

    private Task<T> RunFencedAsync<T>(RoomFence fence, AuditRecord? audit, Func<SqliteSession, T> change)
    {
        StoredText.Check(audit);
        return writer.RunAsync(session =>
        {
            Check(session, fence);
            return change(session);
        });
    }

    // Whether the room would be left without an owner.
    private static bool IsLastOwner(SqliteSession session, string room, string user, bool mayLeaveAlone) =>
        session.QueryFirst(LastOwner, static row => row.GetString(0), room, user, mayLeaveAlone ? 1 : 0) is not null;

    /// <summary>Throws unless the activation still holds the room. In the same transaction as what follows.</summary>
    internal static void Check(SqliteSession session, RoomFence fence)
    {
        if (session.Execute("UPDATE rooms SET epoch = epoch WHERE room = $1 AND epoch = $2", fence.Room, fence.Epoch) == 0)
            throw new FencedException(fence);
    }

    private static int InsertMember(SqliteSession session, string room, NewMember member) => session.Execute(
        // Nobody shakes off a mute by leaving: the audit knows of it.
        "INSERT INTO members (room, user, role, read_seq, joined_at, muted_until) SELECT $1, $2, $3, $4, $5, "
        + "(SELECT CASE action WHEN 'mute' THEN until END FROM audit "
        + "WHERE room = $1 AND user = $2 AND action IN ('mute', 'unmute') ORDER BY id DESC LIMIT 1) "
        + "WHERE NOT EXISTS (SELECT 1 FROM bans WHERE room = $1 AND user = $2 AND until > $5) ON CONFLICT DO NOTHING",
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
        Members: row.GetInt64(6),
        CreatedAt: SqliteText.ToTime(row.GetString(7)),
        ArchivedAt: SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 8)));
}
