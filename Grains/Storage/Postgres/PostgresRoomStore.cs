using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Rooms in PostgreSQL. Each method is one statement, fence included, for the room's <see cref="PostgresWriter"/>.</summary>
internal sealed class PostgresRoomStore(Func<string, PostgresWriter> writerOf) : IRoomStore
{
    private const string HeadColumns = "log, kind, topic, epoch, last_seq, last_at, member_count, created_at";

    // Finds the room only while the activation holds it, and lets nobody open it before what follows is committed.
    private const string Fence = "WITH fence AS (SELECT room FROM rooms WHERE room = $1 AND epoch = $2 FOR NO KEY UPDATE), ";

    // The row that a fenced write answers with when the fence stands: whether there was anything to change.
    private const string Changed = "SELECT EXISTS (SELECT FROM changed) FROM fence";

    private const string RemoveMember =
        "changed AS (DELETE FROM members m USING fence f WHERE m.room = f.room AND m.user_id = $3 RETURNING 1), "
        + "counted AS (UPDATE rooms SET member_count = member_count - 1 WHERE room = $1 AND EXISTS (SELECT FROM changed)) ";

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

    public Task<bool> AddMemberAsync(RoomFence fence, NewMember member) => RunFencedAsync(
        fence,
        "changed AS (INSERT INTO members (room, user_id, role, read_seq, joined_at) "
        + "SELECT room, $3, $4, $5, $6 FROM fence ON CONFLICT DO NOTHING RETURNING 1), "
        + "counted AS (UPDATE rooms SET member_count = member_count + 1 WHERE room = $1 AND EXISTS (SELECT FROM changed)) "
        + Changed,
        PostgresValue.Of(member.User),
        PostgresValue.Of(StoredText.Of(member.Role)),
        PostgresValue.Of(member.ReadSeq),
        PostgresValue.Of(member.At));

    public Task<bool> RemoveMemberAsync(RoomFence fence, string user) =>
        RunFencedAsync(fence, RemoveMember + Changed, PostgresValue.Of(user));

    public Task<bool> SetReadSeqAsync(RoomFence fence, string user, long seq) => RunFencedAsync(
        fence,
        "changed AS (UPDATE members m SET read_seq = $4 FROM fence f "
        + "WHERE m.room = f.room AND m.user_id = $3 AND m.read_seq < $4 RETURNING 1) " + Changed,
        PostgresValue.Of(user),
        PostgresValue.Of(seq));

    public Task SetMutedAsync(RoomFence fence, string user, DateTimeOffset? until) => RunFencedAsync(
        fence,
        "changed AS (UPDATE members m SET muted_until = $4 FROM fence f WHERE m.room = f.room AND m.user_id = $3 RETURNING 1) " + Changed,
        PostgresValue.Of(user),
        PostgresValue.Of(until));

    public Task<bool> BanAsync(RoomFence fence, Ban ban) => RunFencedAsync(
        fence,
        "banned AS (INSERT INTO bans (room, user_id, until, by, at) SELECT room, $3, $4, $5, $6 FROM fence "
        + "ON CONFLICT (room, user_id) DO UPDATE SET until = excluded.until, by = excluded.by, at = excluded.at), "
        + RemoveMember + Changed,
        PostgresValue.Of(ban.User),
        PostgresValue.Of(ban.Until),
        PostgresValue.Of(ban.By),
        PostgresValue.Of(ban.At));

    public Task UnbanAsync(RoomFence fence, string user) => RunFencedAsync(
        fence,
        "changed AS (DELETE FROM bans b USING fence f WHERE b.room = f.room AND b.user_id = $3 RETURNING 1) " + Changed,
        PostgresValue.Of(user));

    private Task<bool> RunFencedAsync(RoomFence fence, string sql, params ReadOnlySpan<NpgsqlParameter> values) => RunAsync(
        fence.Room,
        Fence + sql,
        row => row?.GetBoolean(0) ?? throw new FencedException(fence),
        [PostgresValue.Of(fence.Room), PostgresValue.Of(fence.Epoch), .. values]);

    private Task<T> RunAsync<T>(string room, string sql, Func<NpgsqlDataReader?, T> map, params NpgsqlParameter[] values) =>
        writerOf(room).RunAsync(new PostgresStatement<T>(room, sql, map, values));

    private static RoomHead ToHead(string room, NpgsqlDataReader row) => new(
        room,
        Log: row.GetString(0),
        Kind: StoredText.ToKind(row.GetString(1)),
        Topic: PostgresValue.TextOrNull(row, 2),
        Epoch: row.GetInt64(3),
        LastSeq: row.GetInt64(4),
        LastAt: PostgresValue.Time(row, row.IsDBNull(5) ? 7 : 5),
        Members: row.GetInt64(6));
}
