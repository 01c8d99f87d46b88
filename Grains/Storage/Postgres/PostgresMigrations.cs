using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Brings a database to this version's schema: numbered scripts, each once, each whole or not at all.</summary>
internal static class PostgresMigrations
{
    private static readonly SchemaScripts Scripts = new("Postgres");

    // Several processes start at once: the first one migrates, and the others wait for it. Scripts may take their time.
    private const string Begin =
        """
        SET LOCAL statement_timeout = 0;
        SET LOCAL lock_timeout = '60s';
        SELECT pg_advisory_xact_lock(hashtext('OrleansChat schema'))
        """;

    /// <returns>The schema that it has now.</returns>
    /// <exception cref="StoreStartException">The database was written by a newer version.</exception>
    public static async Task<long> ApplyAsync(NpgsqlConnection connection, PostgresDatabase database, TimeProvider clock)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, Begin);
        foreach (var (version, text) in Scripts.After(await CurrentAsync(connection), database.Name))
        {
            await ExecuteAsync(connection, text);
            await ExecuteAsync(
                connection,
                "INSERT INTO schema_versions (version, applied_at) VALUES ($1, $2)",
                PostgresValue.Of(version),
                PostgresValue.Of(clock.GetUtcNow()));
        }

        await transaction.CommitAsync();
        return Scripts.Newest;
    }

    // Who may not create tables can still start on a database that has them.
    private static async Task<long> CurrentAsync(NpgsqlConnection connection)
    {
        if (await ScalarAsync<bool>(connection, "SELECT to_regclass('schema_versions') IS NULL"))
        {
            await ExecuteAsync(
                connection,
                "CREATE TABLE schema_versions (version bigint NOT NULL PRIMARY KEY, applied_at timestamptz NOT NULL)");
        }

        return await ScalarAsync<long>(connection, "SELECT coalesce(max(version), 0) FROM schema_versions");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] values)
    {
        await using var command = Command(connection, sql);
        command.Parameters.AddRange(values);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = Command(connection, sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 0 };
}
