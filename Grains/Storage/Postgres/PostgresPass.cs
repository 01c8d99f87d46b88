using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Reads a whole table in statements that are short however large it is, as it was at one moment.</summary>
/// <remarks>
/// A few blocks at a time, in the order in which they lie on the disk: in the order of their keys, rows lie anywhere, and
/// reading them so takes twenty times as long. Rows move from block to block as they are changed, so that all of it is read
/// under one snapshot, over one connection. Each statement has its turn among those who search.
/// </remarks>
internal static class PostgresPass
{
    /// <summary>Adds up what the parts of a table have.</summary>
    /// <param name="database">Where the table is.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">What a part has; it has it also when there is nothing in it.</param>
    /// <param name="map">What that says.</param>
    /// <param name="add">Adds another part.</param>
    /// <exception cref="ChatException">Too many search at the moment.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be read.</exception>
    public static async Task<T> AddUpAsync<T>(
        PostgresDatabase database, string table, string columns, Func<NpgsqlDataReader, T> map, Func<T, T, T> add)
    {
        try
        {
            await using var session = await ConnectAsync(database);
            var blocks = await InTurnAsync(database, session, Begin(table), static row => row.GetInt64(0));
            var part = $"SELECT {columns} FROM {table} WHERE ctid >= ('(' || $1 || ',0)')::tid AND ctid < ('(' || $2 || ',0)')::tid";
            var sum = await NextAsync(0);
            for (long from = database.BlocksAtOnce; from < blocks; from += database.BlocksAtOnce) sum = add(sum, await NextAsync(from));
            return sum;

            Task<T> NextAsync(long from) => InTurnAsync(
                database, session, part, map, PostgresValue.Of(from), PostgresValue.Of(from + database.BlocksAtOnce));
        }
        catch (Exception error) when (PostgresFaults.IsOfTheDriver(error))
        {
            throw database.Unavailable(error, outcomeUnknown: false);
        }
    }

    // The snapshot is that of the question for the size. Giving the connection back ends the transaction.
    private static string Begin(string table) =>
        $"""
        BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
        SELECT pg_relation_size('{table}') / current_setting('block_size')::bigint
        """;

    private static async Task<PostgresSession> ConnectAsync(PostgresDatabase database)
    {
        using var limit = database.StartLimit();
        return await database.ConnectToReadAsync(limit.Token);
    }

    private static Task<T> InTurnAsync<T>(
        PostgresDatabase database, PostgresSession session, string sql, Func<NpgsqlDataReader, T> map, params NpgsqlParameter[] values) =>
        database.Scans.RunAsync(ScanQueue.Server, async () =>
        {
            using var limit = database.StartLimit();
            return await session.RunAsync(
                async connection =>
                {
                    await using var command = new NpgsqlCommand(sql, connection);
                    foreach (var value in values) command.Parameters.Add(value);
                    await using var row = await command.ExecuteReaderAsync();
                    await row.ReadAsync();
                    return map(row);
                },
                limit.Token);
        });
}
