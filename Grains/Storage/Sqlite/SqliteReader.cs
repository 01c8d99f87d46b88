using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>
/// Reads beside the writer, which in WAL mode neither waits for the other. A few connections are shared; SQLite
/// blocks, so reads run on the thread pool and never on a grain's turn. What reads a table through has a connection of
/// its own, and keeps nobody else waiting.
/// </summary>
internal sealed class SqliteReader(SqliteFile file, TimeProvider clock) : IChatReader, IDisposable
{
    private const int Connections = 4;

    /// <summary>The rooms of a user, counted up to a number.</summary>
    internal const string CountRoomsOf = "SELECT count(*) FROM (SELECT 1 FROM members WHERE user = $1 LIMIT $2)";

    /// <summary>What a page of rooms has, and its last room.</summary>
    internal const string CountRooms =
        "SELECT count(*) FILTER (WHERE kind = 'public'), count(*) FILTER (WHERE kind = 'private'), "
        + "count(*) FILTER (WHERE kind = 'direct'), count(archived_at), "
        + "coalesce(sum(member_count), 0), coalesce(sum(last_seq), 0), max(room) "
        + "FROM (SELECT * FROM rooms WHERE room > $1 ORDER BY room LIMIT $2)";

    /// <summary>So many rows of a table are read through in one turn.</summary>
    internal const int RowsAtOnce = 10_000;

    private const string EventColumns = "seq, kind, sender, name, text, at, key, reply_to, data";

    // Holds the idle connections; whoever finds none waits for one to come back.
    private readonly Channel<SqliteSession> _idle = Channel.CreateBounded<SqliteSession>(Connections);
    private readonly Channel<SqliteSession> _scanning = Channel.CreateBounded<SqliteSession>(1);
    private readonly ScanQueue _scans = new(atOnce: 1, clock);

    /// <summary>Opens the connections, after the schema is there.</summary>
    public void Start()
    {
        for (var i = 0; i < Connections; i++) _idle.Writer.TryWrite(file.OpenForReading());
        _scanning.Writer.TryWrite(file.OpenForReading());
    }

    public void Dispose()
    {
        foreach (var sessions in new[] { _idle, _scanning })
        {
            sessions.Writer.TryComplete();
            while (sessions.Reader.TryRead(out var session)) session.Dispose();
        }
    }

    public Task<EventPage> ReadAfterAsync(string room, long after, int limit) => ReadAsync(session =>
    {
        var rows = session.Query(
            $"SELECT {EventColumns} FROM events WHERE room = $1 AND seq > $2 ORDER BY seq LIMIT $3", ToEvent, room, after, limit + 1);
        return new EventPage([.. rows.Take(limit)], rows.Count > limit);
    });

    public Task<EventPage> ReadBeforeAsync(string room, long before, int limit) => ReadAsync(session =>
    {
        var rows = session.Query(
            $"SELECT {EventColumns} FROM events WHERE room = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", ToEvent, room, before, limit + 1);
        return new EventPage([.. rows.Take(limit).Reverse()], rows.Count > limit);
    });

    public Task<ImmutableArray<SendOutcome?>> FindSentAsync(string room, string sender, ImmutableArray<Draft> drafts) => ReadAsync(session => drafts
        .Select(draft => new SenderDraft(sender, Name: null, draft))
        .Select(sent => StoredText.Refuse(sent) is null ? SqliteAppend.FindEarlier(session, room, sent) : null)
        .ToImmutableArray());

    public Task<Standing?> FindStandingAsync(string room, string user) => ReadAsync(session => session.QueryFirst(
        "SELECT r.kind, m.role, coalesce(m.read_seq, 0), m.muted_until, b.until FROM rooms r "
        + "LEFT JOIN members m ON m.room = r.room AND m.user = $2 "
        + "LEFT JOIN bans b ON b.room = r.room AND b.user = $2 WHERE r.room = $1",
        static row => new Standing(
            StoredText.ToKind(row.GetString(0)),
            StoredText.ToRoleOrNull(SqliteSession.TextOrNull(row, 1)),
            ReadSeq: row.GetInt64(2),
            MutedUntil: SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 3)),
            BannedUntil: SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 4))),
        room,
        user));

    public Task<MemberPage> ListMembersAsync(string room, string? after, int limit) => ReadAsync(session =>
    {
        var rows = session.Query(
            "SELECT m.user, u.name, m.role, m.muted_until FROM members m LEFT JOIN users u ON u.user = m.user "
            + "WHERE m.room = $1 AND m.user > $2 ORDER BY m.user LIMIT $3",
            static row => new MemberEntry(
                row.GetString(0),
                SqliteSession.TextOrNull(row, 1),
                StoredText.ToRole(row.GetString(2)),
                Online: false,
                MutedUntil: SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 3))),
            room,
            after ?? "",
            limit + 1);
        return new MemberPage([.. rows.Take(limit)], rows.Count > limit);
    });

    public Task<ImmutableArray<RoomEntry>> ListRoomsOfAsync(string user) => ReadAsync(session => session.Query(
        "SELECT m.room, r.kind, m.role, r.last_seq, m.read_seq, r.archived_at IS NOT NULL, m.muted_until "
        + "FROM members m JOIN rooms r ON r.room = m.room WHERE m.user = $1 ORDER BY m.room",
        static row => new RoomEntry(
            row.GetString(0),
            StoredText.ToKind(row.GetString(1)),
            StoredText.ToRole(row.GetString(2)),
            LastSeq: row.GetInt64(3),
            ReadSeq: row.GetInt64(4),
            Archived: row.GetBoolean(5),
            MutedUntil: SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 6))),
        user).ToImmutableArray());

    public Task<int> CountRoomsOfAsync(string user, int atMost) =>
        ReadAsync(session => session.Query(CountRoomsOf, static row => row.GetInt32(0), user, atMost)[0]);

    public Task<bool> ShareRoomAsync(string one, string other, ImmutableArray<string>? within) => ReadAsync(session => session.Query(
        "SELECT 1 FROM members a JOIN members b ON b.room = a.room AND b.user = $2 WHERE a.user = $1 "
        + "AND ($3 IS NULL OR a.room IN (SELECT value FROM json_each($3))) LIMIT 1",
        static row => row.GetInt64(0),
        one,
        other,
        SqliteText.OfOrNull(within)).Count > 0);

    public Task<RoomListing> ListRoomsAsync(
        Actor by, string? query, string? after, int limit, ImmutableArray<string>? within = null) => ScanAsync(by.User, session =>
    {
        var rows = session.Query(
            "SELECT r.room, r.kind, r.topic, r.member_count, r.last_seq, m.role, coalesce(m.read_seq, 0), r.archived_at IS NOT NULL "
            + "FROM rooms r LEFT JOIN members m ON m.room = r.room AND m.user = $1 "
            + "WHERE (r.kind = 'public' OR m.user IS NOT NULL OR ($5 AND r.kind = 'private')) AND r.room > $2 "
            + "AND ($3 IS NULL OR mentions(r.room, $3) OR mentions(r.topic, $3)) "
            + "AND ($6 IS NULL OR r.room IN (SELECT value FROM json_each($6))) ORDER BY r.room LIMIT $4",
            static row => new ListedRoom(
                row.GetString(0),
                StoredText.ToKind(row.GetString(1)),
                SqliteSession.TextOrNull(row, 2),
                Members: row.GetInt64(3),
                LastSeq: row.GetInt64(4),
                StoredText.ToRoleOrNull(SqliteSession.TextOrNull(row, 5)),
                ReadSeq: row.GetInt64(6),
                Archived: row.GetBoolean(7)),
            by.User,
            after ?? "",
            query,
            limit + 1,
            by.IsAdministrator,
            SqliteText.OfOrNull(within));
        return new RoomListing([.. rows.Take(limit)], rows.Count > limit);
    });

    public Task<AuditPage> ListAuditAsync(string room, long after, int limit) => ReadAsync(session =>
    {
        var rows = session.Query(
            "SELECT id, at, action, by, user, until, detail, reason FROM audit WHERE room = $1 AND id > $2 ORDER BY id LIMIT $3",
            static row => new AuditEntry(
                row.GetInt64(0),
                SqliteText.ToTime(row.GetString(1)),
                Action: row.GetString(2),
                By: row.GetString(3),
                User: SqliteSession.TextOrNull(row, 4),
                Until: SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 5)),
                Detail: SqliteSession.TextOrNull(row, 6),
                Reason: SqliteSession.TextOrNull(row, 7)),
            room,
            after,
            limit + 1);
        return new AuditPage([.. rows.Take(limit)], rows.Count > limit);
    });

    public Task<bool> IsBlockedAsync(string one, string other) => ReadAsync(session => session.QueryFirst(
        "SELECT user FROM blocks WHERE (user = $1 AND blocked = $2) OR (user = $2 AND blocked = $1)",
        static row => row.GetString(0),
        one,
        other) is not null);

    public Task<BlockPage> ListBlocksAsync(string user, string? after, int limit) => ReadAsync(session =>
    {
        var rows = session.Query(
            "SELECT blocked FROM blocks WHERE user = $1 AND blocked > $2 ORDER BY blocked LIMIT $3",
            static row => row.GetString(0),
            user,
            after ?? "",
            limit + 1);
        return new BlockPage([.. rows.Take(limit)], rows.Count > limit);
    });

    public Task<RoomCounts> CountAsync() => PassAsync(
        CountRooms,
        static row => new RoomCounts(
            Public: row.GetInt64(0),
            Private: row.GetInt64(1),
            Direct: row.GetInt64(2),
            Archived: row.GetInt64(3),
            Memberships: row.GetInt64(4),
            Events: row.GetInt64(5)),
        RoomCounts.Add);

    public Task<UserProfile?> FindUserAsync(string user) => ReadAsync(session => session.QueryFirst(
        "SELECT name, tokens_from, suspended_until FROM users WHERE user = $1",
        static row => new UserProfile(
            SqliteSession.TextOrNull(row, 0),
            new UserAccess(
                SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 1)), SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 2)))),
        user));

    private static RoomEvent ToEvent(SqliteDataReader row) => new(
        row.GetInt64(0),
        StoredText.ToEventKind(row.GetString(1)),
        From: row.GetString(2),
        Name: SqliteSession.TextOrNull(row, 3),
        Text: row.GetString(4),
        At: SqliteText.ToTime(row.GetString(5)),
        Key: SqliteSession.TextOrNull(row, 6),
        ReplyTo: SqliteSession.NumberOrNull(row, 7),
        Data: SqliteSession.TextOrNull(row, 8));

    /// <summary>Reads on one of the connections.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be read.</exception>
    internal Task<T> ReadAsync<T>(Func<SqliteSession, T> read) => ReadAsync(_idle, read);

    /// <summary>Reads a table through, for a user or the server, when it is their turn.</summary>
    /// <exception cref="ChatException">Too much waits already.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be read.</exception>
    internal Task<T> ScanAsync<T>(string user, Func<SqliteSession, T> read) => _scans.RunAsync(user, () => ReadAsync(_scanning, read));

    /// <summary>Adds up what the pages of a table have, each in its turn, in the order of the key, which is that on the disk.</summary>
    /// <param name="sql">What the page of $2 rows after $1 has, and in its last column the page's last key, if it has any rows.</param>
    /// <param name="map">What that says.</param>
    /// <param name="add">Adds another page.</param>
    /// <inheritdoc cref="ScanAsync" path="/exception"/>
    internal async Task<T> PassAsync<T>(string sql, Func<SqliteDataReader, T> map, Func<T, T, T> add)
    {
        // No key is empty.
        var (sum, last) = await PageAsync("");
        while (last is not null)
        {
            (var page, last) = await PageAsync(last);
            sum = add(sum, page);
        }

        return sum;

        Task<(T Sum, string? Last)> PageAsync(string after) => ScanAsync(ScanQueue.Server, session => session.Query(
            sql, row => (map(row), SqliteSession.TextOrNull(row, row.FieldCount - 1)), after, RowsAtOnce)[0]);
    }

    private async Task<T> ReadAsync<T>(Channel<SqliteSession> sessions, Func<SqliteSession, T> read)
    {
        SqliteSession session;
        try
        {
            session = await sessions.Reader.ReadAsync();
        }
        catch (ChannelClosedException)
        {
            throw new StoreUnavailableException($"{file.Path}: the store is closing", outcomeUnknown: false);
        }

        try
        {
            return await Task.Run(() => read(session));
        }
        catch (SqliteException error)
        {
            throw file.Unavailable(error);
        }
        finally
        {
            if (!sessions.Writer.TryWrite(session)) session.Dispose();
        }
    }
}
