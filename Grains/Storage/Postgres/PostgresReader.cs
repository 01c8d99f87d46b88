using System.Collections.Immutable;
using Npgsql;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Reads over a pool of connections, beside the writers'.</summary>
internal sealed class PostgresReader(PostgresDatabase database) : IChatReader
{
    private const string EventColumns = "seq, kind, sender, name, text, at, key, reply_to, data";

    // Upper case by Unicode's rules, whatever the locale of the database; and a part of a text, never a pattern.
    private const string MentionsQuery = """COLLATE "und-x-icu"), upper($3 COLLATE "und-x-icu")) > 0""";

    private const string ListRooms =
        "SELECT r.room, r.kind, r.topic, r.member_count, r.last_seq, m.role, coalesce(m.read_seq, 0), r.archived_at IS NOT NULL "
        + "FROM rooms r LEFT JOIN members m ON m.room = r.room AND m.user_id = $1 "
        + "WHERE (r.kind = 'public' OR m.user_id IS NOT NULL OR ($5 AND r.kind = 'private')) AND r.room > $2 "
        + $"AND ($3 IS NULL OR strpos(upper(r.room {MentionsQuery} OR strpos(upper(r.topic {MentionsQuery}) "
        + "AND ($6 IS NULL OR r.room = ANY($6)) ORDER BY r.room LIMIT $4";

    public async Task<EventPage> ReadAfterAsync(string room, long after, int limit)
    {
        var rows = await ReadAsync(
            $"SELECT {EventColumns} FROM events WHERE room = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            ToEvent,
            PostgresValue.Of(room),
            PostgresValue.Of(after),
            PostgresValue.Of(limit + 1));
        return new EventPage([.. rows.Take(limit)], rows.Count > limit);
    }

    public async Task<EventPage> ReadBeforeAsync(string room, long before, int limit)
    {
        var rows = await ReadAsync(
            $"SELECT {EventColumns} FROM events WHERE room = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
            ToEvent,
            PostgresValue.Of(room),
            PostgresValue.Of(before),
            PostgresValue.Of(limit + 1));
        return new EventPage([.. rows.Take(limit).Reverse()], rows.Count > limit);
    }

    public async Task<ImmutableArray<SendOutcome?>> FindSentAsync(string room, string sender, ImmutableArray<Draft> drafts)
    {
        var keys = drafts.Where(draft => StoredText.Refuse(new SenderDraft(sender, Name: null, draft)) is null)
            .Select(draft => draft.Key).OfType<string>().Distinct().ToArray();
        var found = (await ReadAsync(
            PostgresAppends.LookUp,
            PostgresAppends.ToEarlier,
            PostgresValue.Of([.. keys.Select(_ => room)]),
            PostgresValue.Of([.. keys.Select(_ => sender)]),
            PostgresValue.Of(keys))).ToDictionary(static earlier => earlier.Key.Key, static earlier => earlier.Event);
        return [.. drafts.Select(draft => draft.Key is { } key && found.TryGetValue(key, out var earlier) ? earlier.Answer(draft) : null)];
    }

    public async Task<Standing?> FindStandingAsync(string room, string user) => (await ReadAsync(
        "SELECT r.kind, m.role, coalesce(m.read_seq, 0), m.muted_until, b.until FROM rooms r "
        + "LEFT JOIN members m ON m.room = r.room AND m.user_id = $2 "
        + "LEFT JOIN bans b ON b.room = r.room AND b.user_id = $2 WHERE r.room = $1",
        static row => new Standing(
            StoredText.ToKind(row.GetString(0)),
            StoredText.ToRoleOrNull(PostgresValue.TextOrNull(row, 1)),
            ReadSeq: row.GetInt64(2),
            MutedUntil: PostgresValue.TimeOrNull(row, 3),
            BannedUntil: PostgresValue.TimeOrNull(row, 4)),
        PostgresValue.Of(room),
        PostgresValue.Of(user))).FirstOrDefault();

    public async Task<MemberPage> ListMembersAsync(string room, string? after, int limit)
    {
        var rows = await ReadAsync(
            "SELECT m.user_id, u.name, m.role, m.muted_until FROM members m LEFT JOIN users u ON u.user_id = m.user_id "
            + "WHERE m.room = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3",
            static row => new MemberEntry(
                row.GetString(0),
                PostgresValue.TextOrNull(row, 1),
                StoredText.ToRole(row.GetString(2)),
                Online: false,
                MutedUntil: PostgresValue.TimeOrNull(row, 3)),
            PostgresValue.Of(room),
            PostgresValue.Of(after ?? ""),
            PostgresValue.Of(limit + 1));
        return new MemberPage([.. rows.Take(limit)], rows.Count > limit);
    }

    public async Task<ImmutableArray<RoomEntry>> ListRoomsOfAsync(string user) =>
    [
        .. await ReadAsync(
            "SELECT m.room, r.kind, m.role, r.last_seq, m.read_seq, r.archived_at IS NOT NULL, m.muted_until "
            + "FROM members m JOIN rooms r ON r.room = m.room WHERE m.user_id = $1 ORDER BY m.room",
            static row => new RoomEntry(
                row.GetString(0),
                StoredText.ToKind(row.GetString(1)),
                StoredText.ToRole(row.GetString(2)),
                LastSeq: row.GetInt64(3),
                ReadSeq: row.GetInt64(4),
                Archived: row.GetBoolean(5),
                MutedUntil: PostgresValue.TimeOrNull(row, 6)),
            PostgresValue.Of(user)),
    ];

    public async Task<int> CountRoomsOfAsync(string user, int atMost) => (await ReadAsync(
        "SELECT count(*)::int FROM (SELECT FROM members WHERE user_id = $1 LIMIT $2) AS counted",
        static row => row.GetInt32(0),
        PostgresValue.Of(user),
        PostgresValue.Of(atMost)))[0];

    public async Task<bool> ShareRoomAsync(string one, string other, ImmutableArray<string>? within)
    {
        var rows = await ReadAsync(
            "SELECT 1 FROM members a JOIN members b ON b.room = a.room AND b.user_id = $2 WHERE a.user_id = $1 "
            + "AND ($3 IS NULL OR a.room = ANY($3)) LIMIT 1",
            static row => row.GetInt32(0),
            PostgresValue.Of(one),
            PostgresValue.Of(other),
            PostgresValue.Of(within?.ToArray()));
        return rows.Count > 0;
    }

    public async Task<RoomListing> ListRoomsAsync(
        Actor by, string? query, string? after, int limit, ImmutableArray<string>? within = null)
    {
        var rows = await ScanAsync(
            by.User,
            ListRooms,
            static row => new ListedRoom(
                row.GetString(0),
                StoredText.ToKind(row.GetString(1)),
                PostgresValue.TextOrNull(row, 2),
                Members: row.GetInt64(3),
                LastSeq: row.GetInt64(4),
                StoredText.ToRoleOrNull(PostgresValue.TextOrNull(row, 5)),
                ReadSeq: row.GetInt64(6),
                Archived: row.GetBoolean(7)),
            PostgresValue.Of(by.User),
            PostgresValue.Of(after ?? ""),
            PostgresValue.Of(query),
            PostgresValue.Of(limit + 1),
            PostgresValue.Of(by.IsAdministrator),
            PostgresValue.Of(within?.ToArray()));
        return new RoomListing([.. rows.Take(limit)], rows.Count > limit);
    }

    public async Task<AuditPage> ListAuditAsync(string room, long after, int limit)
    {
        var rows = await ReadAsync(
            $"SELECT id, {PostgresAudit.Columns} FROM audit WHERE room = $1 AND id > $2 ORDER BY id LIMIT $3",
            static row => new AuditEntry(
                row.GetInt64(0),
                PostgresValue.Time(row, 1),
                Action: row.GetString(2),
                By: row.GetString(3),
                User: PostgresValue.TextOrNull(row, 4),
                Until: PostgresValue.TimeOrNull(row, 5),
                Detail: PostgresValue.TextOrNull(row, 6),
                Reason: PostgresValue.TextOrNull(row, 7)),
            PostgresValue.Of(room),
            PostgresValue.Of(after),
            PostgresValue.Of(limit + 1));
        return new AuditPage([.. rows.Take(limit)], rows.Count > limit);
    }

    public async Task<bool> IsBlockedAsync(string one, string other) => (await ReadAsync(
        "SELECT user_id FROM blocks WHERE (user_id = $1 AND blocked = $2) OR (user_id = $2 AND blocked = $1)",
        static row => row.GetString(0),
        PostgresValue.Of(one),
        PostgresValue.Of(other))) is not [];

    public async Task<BlockPage> ListBlocksAsync(string user, string? after, int limit)
    {
        var rows = await ReadAsync(
            "SELECT blocked FROM blocks WHERE user_id = $1 AND blocked > $2 ORDER BY blocked LIMIT $3",
            static row => row.GetString(0),
            PostgresValue.Of(user),
            PostgresValue.Of(after ?? ""),
            PostgresValue.Of(limit + 1));
        return new BlockPage([.. rows.Take(limit)], rows.Count > limit);
    }

    public Task<RoomCounts> CountAsync() => PassAsync(
        "rooms",
        "count(*) FILTER (WHERE kind = 'public'), count(*) FILTER (WHERE kind = 'private'), "
        + "count(*) FILTER (WHERE kind = 'direct'), count(archived_at), "
        + "coalesce(sum(member_count), 0)::bigint, coalesce(sum(last_seq), 0)::bigint",
        static row => new RoomCounts(
            Public: row.GetInt64(0),
            Private: row.GetInt64(1),
            Direct: row.GetInt64(2),
            Archived: row.GetInt64(3),
            Memberships: row.GetInt64(4),
            Events: row.GetInt64(5)),
        RoomCounts.Add);

    public async Task<UserProfile?> FindUserAsync(string user) => (await ReadAsync(
        "SELECT name, tokens_from, suspended_until FROM users WHERE user_id = $1",
        static row => new UserProfile(
            PostgresValue.TextOrNull(row, 0),
            new UserAccess(PostgresValue.TimeOrNull(row, 1), PostgresValue.TimeOrNull(row, 2))),
        PostgresValue.Of(user)))
        .FirstOrDefault();

    private static RoomEvent ToEvent(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        StoredText.ToEventKind(row.GetString(1)),
        From: row.GetString(2),
        Name: PostgresValue.TextOrNull(row, 3),
        Text: row.GetString(4),
        At: PostgresValue.Time(row, 5),
        Key: PostgresValue.TextOrNull(row, 6),
        ReplyTo: PostgresValue.NumberOrNull(row, 7),
        Data: PostgresValue.TextOrNull(row, 8));

    /// <summary>Runs a query; once more when the connection was lost.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be read.</exception>
    internal async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> map, params NpgsqlParameter[] values)
    {
        using var limit = database.StartLimit();
        for (var isRetry = false; ; isRetry = true)
        {
            try
            {
                return await OnceAsync(sql, map, values, limit.Token);
            }
            catch (NpgsqlException error) when (!isRetry && !PostgresFaults.IsRefusal(error) && !limit.IsCancellationRequested)
            {
                // The server was started again, or ended the session: the other idle connections are no better.
                database.ForgetIdle();
            }
            catch (Exception error) when (PostgresFaults.IsOfTheDriver(error))
            {
                throw database.Unavailable(error, outcomeUnknown: false);
            }
        }
    }

    /// <summary>Reads a table through, for a user or the server, when it is their turn.</summary>
    /// <exception cref="ChatException">Too much waits already.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be read.</exception>
    internal Task<List<T>> ScanAsync<T>(string user, string sql, Func<NpgsqlDataReader, T> map, params NpgsqlParameter[] values) =>
        database.Scans.RunAsync(user, () => ReadAsync(sql, map, values));

    /// <inheritdoc cref="PostgresPass.AddUpAsync"/>
    internal Task<T> PassAsync<T>(string table, string columns, Func<NpgsqlDataReader, T> map, Func<T, T, T> add) =>
        PostgresPass.AddUpAsync(database, table, columns, map, add);

    private async Task<List<T>> OnceAsync<T>(
        string sql, Func<NpgsqlDataReader, T> map, NpgsqlParameter[] values, CancellationToken limit)
    {
        await using var session = await database.ConnectToReadAsync(limit);
        return await session.RunAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                foreach (var value in values) command.Parameters.Add(value.Clone());
                await using var row = await command.ExecuteReaderAsync();
                var rows = new List<T>();
                while (await row.ReadAsync()) rows.Add(map(row));
                return rows;
            },
            limit);
    }
}
