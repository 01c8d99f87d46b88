using Npgsql;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Rooms in PostgreSQL. Each method is one statement, fence included, for the room's <see cref="PostgresWriter"/>.</summary>
internal sealed class PostgresRoomStore(Func<string, PostgresWriter> writerOf) : IRoomStore
{
    private const string HeadColumns = "log, kind, topic, epoch, last_seq, last_at, member_count, created_at, archived_at";

    // Finds the room only while the activation holds it, and lets nobody open it before what follows is committed.
    private const string Fence = "WITH fence AS (SELECT room FROM rooms WHERE room = $1 AND epoch = $2 FOR NO KEY UPDATE), ";

    // The row that a fenced write answers with when the fence stands: whether there was anything to change.
    private const string Changed = "SELECT EXISTS (SELECT FROM changed) FROM fence";

    // The row of the user in $10. Room and user are both there to look it up by, which a join with the fence would hide.
    private const string Member = "EXISTS (SELECT FROM fence) AND m.room = $1 AND m.user_id = $10";

    // What is audited has the record's values in $3 to $9, and the user whom it concerns in $10.
    private const string Audited =
        $"audited AS (INSERT INTO audit (room, {PostgresAudit.Columns}) "
        + "SELECT room, $3, $4, $5, $6, $7, $8, $9 FROM fence WHERE $4 IS NOT NULL AND EXISTS (SELECT FROM changed)) ";

    // A room is written by one statement after the other: of two owners who go at once, the second one's statement
    // sees that the first has gone. The limits keep the planner from making joins of it, which would read all members of
    // the room whoever goes.
    private const string LastOwner =
        $"last_owner AS (SELECT FROM members m WHERE {Member} AND m.role = 'owner' "
        + "AND (SELECT 1 FROM members o WHERE o.room = $1 AND o.user_id <> $10 AND o.role = 'owner' LIMIT 1) IS NULL";

    // One who goes by themselves may, when they leave nobody behind.
    private const string LastOwnerOfOthers =
        LastOwner + " AND (SELECT 1 FROM members o WHERE o.room = $1 AND o.user_id <> $10 LIMIT 1) IS NOT NULL), ";

    private const string Removed =
        $"removed AS (DELETE FROM members m WHERE {Member} AND NOT EXISTS (SELECT FROM last_owner) RETURNING 1), "
        + "counted AS (UPDATE rooms SET member_count = member_count - 1 WHERE room = $1 AND EXISTS (SELECT FROM removed)), ";

    private const string RemoveMember =
        Removed + "changed AS (SELECT 1 FROM removed), " + Audited
        + "SELECT CASE WHEN EXISTS (SELECT FROM last_owner) THEN 3 WHEN EXISTS (SELECT FROM removed) THEN 2 ELSE 0 END FROM fence";

    private const string BanUser =
        LastOwner + "), banned AS (INSERT INTO bans (room, user_id, until, by, at) "
        + "SELECT room, $10, $7, $5, $3 FROM fence WHERE NOT EXISTS (SELECT FROM last_owner) "
        + "ON CONFLICT (room, user_id) DO UPDATE SET until = excluded.until, by = excluded.by, at = excluded.at "
        + "WHERE bans.until <> excluded.until RETURNING 1), "
        + Removed + "changed AS (SELECT 1 FROM banned UNION ALL SELECT 1 FROM removed), " + Audited
        + "SELECT CASE WHEN EXISTS (SELECT FROM last_owner) THEN 3 WHEN EXISTS (SELECT FROM removed) THEN 2 "
        + "WHEN EXISTS (SELECT FROM banned) THEN 1 ELSE 0 END FROM fence";

    private const string ChangeRole =
        LastOwner + " AND $11 <> 'owner'), changed AS (UPDATE members m SET role = $11 "
        + $"WHERE {Member} AND m.role <> $11 AND NOT EXISTS (SELECT FROM last_owner) RETURNING 1), " + Audited
        + "SELECT CASE WHEN EXISTS (SELECT FROM last_owner) THEN 3 WHEN EXISTS (SELECT FROM changed) THEN 1 ELSE 0 END FROM fence";

    public Task<RoomHead?> OpenAsync(string room) => RunAsync(
        room,
        $"UPDATE rooms SET epoch = epoch + 1 WHERE room = $1 RETURNING {HeadColumns}",
        row => row is null ? null : ToHead(room, row),
        PostgresValue.Of(room));

    public Task<RoomHead?> CreateAsync(NewRoom room)
    {
        StoredText.Check(room.Topic, "topic");
        return RunAsync(
            room.Room,
            "WITH created AS (INSERT INTO rooms (room, log, kind, topic, epoch, last_seq, member_count, created_by, created_at) "
            + $"VALUES ($1, $2, $3, $4, 1, 0, 1, $5, $6) ON CONFLICT DO NOTHING RETURNING room, {HeadColumns}), "
            + "creator AS (INSERT INTO members (room, user_id, role, read_seq, joined_at) "
            + "SELECT room, $5, $7, 0, $6 FROM created ON CONFLICT DO NOTHING) "
            + $"SELECT {HeadColumns} FROM created",
            row => row is null ? null : ToHead(room.Room, row),
            PostgresValue.Of(room.Room),
            PostgresValue.Of(room.Log),
            PostgresValue.Of(StoredText.Of(room.Kind)),
            PostgresValue.Of(room.Topic),
            PostgresValue.Of(room.Creator),
            PostgresValue.Of(room.At),
            PostgresValue.Of(StoredText.Of(room.Role)));
    }

    public Task<AppendResult> AppendAsync(AppendRequest request) =>
        writerOf(request.Fence.Room).RunAsync(new PostgresAppend(request));

    public Task EditAsync(EditRequest request)
    {
        request.Check();
        return writerOf(request.Fence.Room).RunAsync(PostgresEdit.Of(request));
    }

    public Task<bool> AddMemberAsync(RoomFence fence, NewMember member, AuditRecord? audit = null) => RunAuditedAsync(
        fence,
        audit,
        // Nobody shakes off a mute by leaving: the audit knows of it.
        "changed AS (INSERT INTO members (room, user_id, role, read_seq, joined_at, muted_until) "
        + "SELECT room, $10, $11, $12, $13, (SELECT CASE a.action WHEN 'mute' THEN a.until END FROM audit a "
        + "WHERE a.room = $1 AND a.user_id = $10 AND a.action IN ('mute', 'unmute') ORDER BY a.id DESC LIMIT 1) "
        + "FROM fence WHERE NOT EXISTS (SELECT FROM bans b WHERE b.room = $1 AND b.user_id = $10 AND b.until > $13) "
        + "ON CONFLICT DO NOTHING RETURNING 1), "
        + "counted AS (UPDATE rooms SET member_count = member_count + 1 WHERE room = $1 AND EXISTS (SELECT FROM changed)), "
        + Audited + Changed,
        static row => row.GetBoolean(0),
        PostgresValue.Of(member.User),
        PostgresValue.Of(StoredText.Of(member.Role)),
        PostgresValue.Of(member.ReadSeq),
        PostgresValue.Of(member.At));

    public Task<MemberChange> RemoveMemberAsync(RoomFence fence, string user, AuditRecord? audit = null) => RunAuditedAsync(
        fence, audit, (audit is null ? LastOwnerOfOthers : LastOwner + "), ") + RemoveMember, ToChange, PostgresValue.Of(user));

    public Task<MemberChange> SetRoleAsync(RoomFence fence, string user, MemberRole role, AuditRecord audit) => RunAuditedAsync(
        fence, audit, ChangeRole, ToChange, PostgresValue.Of(user), PostgresValue.Of(StoredText.Of(role)));

    public Task<bool> SetReadSeqAsync(RoomFence fence, string user, long seq) => RunFencedAsync(
        fence,
        "changed AS (UPDATE members m SET read_seq = $4 "
        + "WHERE EXISTS (SELECT FROM fence) AND m.room = $1 AND m.user_id = $3 AND m.read_seq < $4 RETURNING 1) " + Changed,
        static row => row.GetBoolean(0),
        PostgresValue.Of(user),
        PostgresValue.Of(seq));

    public Task<bool> SetMutedAsync(RoomFence fence, string user, DateTimeOffset? until, AuditRecord audit) => RunAuditedAsync(
        fence,
        audit,
        $"changed AS (UPDATE members m SET muted_until = $11 WHERE {Member} AND m.muted_until IS DISTINCT FROM $11 RETURNING 1), " + Audited + Changed,
        static row => row.GetBoolean(0),
        PostgresValue.Of(user),
        PostgresValue.Of(until));

    public Task<MemberChange> BanAsync(RoomFence fence, Ban ban) =>
        RunAuditedAsync(fence, ban.ToRecord(fence.Room), BanUser, ToChange, PostgresValue.Of(ban.User));

    public Task<bool> UnbanAsync(RoomFence fence, string user, AuditRecord audit) => RunAuditedAsync(
        fence,
        audit,
        "changed AS (DELETE FROM bans b WHERE EXISTS (SELECT FROM fence) AND b.room = $1 AND b.user_id = $10 RETURNING 1), " + Audited + Changed,
        static row => row.GetBoolean(0),
        PostgresValue.Of(user));

    private Task<T> RunAuditedAsync<T>(
        RoomFence fence, AuditRecord? audit, string sql, Func<NpgsqlDataReader, T> map, params ReadOnlySpan<NpgsqlParameter> values)
    {
        StoredText.Check(audit);
        return RunFencedAsync(fence, sql, map, [.. PostgresAudit.Values(audit), .. values]);
    }

    private Task<T> RunFencedAsync<T>(
        RoomFence fence, string sql, Func<NpgsqlDataReader, T> map, params ReadOnlySpan<NpgsqlParameter> values) => RunAsync(
        fence.Room,
        Fence + sql,
        row => row is null ? throw new FencedException(fence) : map(row),
        [PostgresValue.Of(fence.Room), PostgresValue.Of(fence.Epoch), .. values]);

    private Task<T> RunAsync<T>(string room, string sql, Func<NpgsqlDataReader?, T> map, params NpgsqlParameter[] values) =>
        writerOf(room).RunAsync(new PostgresStatement<T>(room, sql, map, values));

    private static MemberChange ToChange(NpgsqlDataReader row) => (MemberChange)row.GetInt32(0);

    private static RoomHead ToHead(string room, NpgsqlDataReader row) => new(
        room,
        Log: row.GetString(0),
        Kind: StoredText.ToKind(row.GetString(1)),
        Topic: PostgresValue.TextOrNull(row, 2),
        Epoch: row.GetInt64(3),
        LastSeq: row.GetInt64(4),
        LastAt: PostgresValue.Time(row, row.IsDBNull(5) ? 7 : 5),
        Members: row.GetInt64(6),
        CreatedAt: PostgresValue.Time(row, 7),
        ArchivedAt: PostgresValue.TimeOrNull(row, 8));
}
