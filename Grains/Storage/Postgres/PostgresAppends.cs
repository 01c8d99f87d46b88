using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>The batches of many rooms, looked up in one query and committed in one statement.</summary>
/// <remarks>The lateral subqueries make each row of a group a look into an index, however large the planner believes the tables to be.</remarks>
internal static class PostgresAppends
{
    /// <summary>What the table has under the keys in $3, of the rooms in $1 and the senders in $2.</summary>
    public const string LookUp =
        """
        SELECT k.room, k.sender, k.key, e.seq, e.at, e.text, e.reply_to, e.data
        FROM unnest($1, $2, $3) AS k (room, sender, key)
        CROSS JOIN LATERAL (
            SELECT * FROM events e WHERE e.room = k.room AND e.sender = k.sender AND e.key = k.key LIMIT 1) AS e
        """;

    // In company nobody waits for a room that another session has locked: it is tried again by itself. So two groups
    // that share rooms cannot wait for each other either.
    private static readonly string CommitTogether = Commit("SKIP LOCKED");
    private static readonly string CommitAlone = Commit("");

    /// <summary>Finds what the table has under the drafts' keys.</summary>
    public static async Task<Dictionary<(string Room, string Sender, string Key), KeyedEvent>> FindEarlierAsync(
        NpgsqlConnection connection, IReadOnlyCollection<PostgresAppend> appends)
    {
        var found = new Dictionary<(string, string, string), KeyedEvent>();
        var keyed = appends.SelectMany(static a => a.Keyed, static (a, sent) => (a.Owner, sent.Sender, sent.Draft.Key)).Distinct().ToList();
        if (keyed is []) return found;
        await using var command = new NpgsqlCommand(LookUp, connection);
        command.Parameters.Add(PostgresValue.Of([.. keyed.Select(k => k.Owner)]));
        command.Parameters.Add(PostgresValue.Of([.. keyed.Select(k => k.Sender)]));
        command.Parameters.Add(PostgresValue.Of([.. keyed.Select(k => k.Key)]));
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var (key, earlier) = ToEarlier(row);
            found[key] = earlier;
        }

        return found;
    }

    /// <summary>A row of <see cref="LookUp"/>.</summary>
    public static ((string Room, string Sender, string Key) Key, KeyedEvent Event) ToEarlier(NpgsqlDataReader row) => (
        (row.GetString(0), row.GetString(1), row.GetString(2)),
        new KeyedEvent(
            row.GetInt64(3),
            PostgresValue.Time(row, 4),
            row.GetString(5),
            PostgresValue.NumberOrNull(row, 6),
            PostgresValue.TextOrNull(row, 7)));

    /// <summary>Commits batches that are numbered, of one room each.</summary>
    /// <returns>The rooms whose batches are committed. One alone that is not among them is fenced.</returns>
    public static async Task<HashSet<string>> CommitAsync(
        NpgsqlConnection connection, IReadOnlyCollection<PostgresAppend> appends)
    {
        await using var command = new NpgsqlCommand(appends.Count == 1 ? CommitAlone : CommitTogether, connection);
        AddRooms(command.Parameters, appends);
        AddEvents(command.Parameters, appends);
        var committed = new HashSet<string>();
        await using (var row = await command.ExecuteReaderAsync())
        {
            while (await row.ReadAsync()) committed.Add(row.GetString(0));
            // The end of the answer is what says that it is committed.
            await row.NextResultAsync();
        }

        return committed;
    }

    private static void AddRooms(NpgsqlParameterCollection values, IReadOnlyCollection<PostgresAppend> appends)
    {
        values.Add(PostgresValue.Of([.. appends.Select(a => a.Owner)]));
        values.Add(PostgresValue.Of([.. appends.Select(a => a.Request.Fence.Epoch)]));
        values.Add(PostgresValue.Of([.. appends.Select(a => a.Request.LastSeq)]));
        values.Add(PostgresValue.Of([.. appends.Select(a => a.Request.LastSeq + a.Events.Length)]));
        values.Add(PostgresValue.Of([.. appends.Select(a => a.Events is [] ? (DateTimeOffset?)null : a.Request.At)]));
    }

    private static void AddEvents(NpgsqlParameterCollection values, IReadOnlyCollection<PostgresAppend> appends)
    {
        var events = appends.SelectMany(a => a.Events, static (a, e) => (Room: a.Owner, Event: e)).ToList();
        values.Add(PostgresValue.Of([.. events.Select(e => e.Room)]));
        values.Add(PostgresValue.Of([.. events.Select(e => e.Event.Seq)]));
        values.Add(PostgresValue.Of([.. events.Select(e => StoredText.Of(e.Event.Kind))]));
        values.Add(PostgresValue.Of([.. events.Select(e => e.Event.From)]));
        values.Add(PostgresValue.Of([.. events.Select(e => e.Event.Name)]));
        values.Add(PostgresValue.Of([.. events.Select(e => e.Event.Key)]));
        values.Add(PostgresValue.Of([.. events.Select(e => (DateTimeOffset?)e.Event.At)]));
        values.Add(PostgresValue.Of([.. events.Select(e => e.Event.Text)]));
        values.Add(PostgresValue.Of([.. events.Select(e => e.Event.ReplyTo)]));
        values.Add(PostgresValue.Of([.. events.Select(e => e.Event.Data)]));
    }

    // One statement is one transaction, and the server begins with it only when all of it has arrived. A room that is
    // not held (fenced, or gone, or at another seq than its activation believes) contributes nothing, and its
    // neighbours are none the worse for it.
    private static string Commit(string whenLocked) =>
        $"""
        WITH held AS (
            SELECT r.room, r.epoch, w.new_seq, w.at
            FROM unnest($1, $2, $3, $4, $5) AS w (room, epoch, last_seq, new_seq, at)
            CROSS JOIN LATERAL (
                SELECT r.room, r.epoch FROM rooms r
                WHERE r.room = w.room AND r.epoch = w.epoch AND r.last_seq = w.last_seq
                FOR NO KEY UPDATE {whenLocked}) AS r
        ), fence AS (
            UPDATE rooms r SET last_seq = h.new_seq, last_at = coalesce(h.at, r.last_at)
            FROM held h WHERE r.room = h.room AND r.epoch = h.epoch
            RETURNING r.room, r.epoch
        ), added AS (
            INSERT INTO events (room, seq, kind, epoch, sender, name, key, at, text, reply_to, data)
            SELECT f.room, e.seq, e.kind, f.epoch, e.sender, e.name, e.key, e.at, e.text, e.reply_to, e.data
            FROM unnest($6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                AS e (room, seq, kind, sender, name, key, at, text, reply_to, data)
            JOIN fence f ON f.room = e.room
        )
        SELECT room FROM fence
        """;
}
