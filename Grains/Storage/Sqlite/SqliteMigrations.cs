namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>Brings a database to this version's schema: numbered scripts, each once, each whole or not at all.</summary>
internal static class SqliteMigrations
{
    private static readonly SchemaScripts Scripts = new("Sqlite");

    /// <exception cref="StoreStartException">The database was written by a newer version.</exception>
    public static void Apply(SqliteSession session, SqliteFile file, TimeProvider clock)
    {
        // The lock is taken before the version is read, so that two processes cannot both decide to migrate.
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            session.Execute(
                "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL)");
            var current = session.Query("SELECT coalesce(max(version), 0) FROM schema_versions", static row => row.GetInt64(0))[0];
            foreach (var (version, text) in Scripts.After(current, file.Path))
            {
                session.Execute(text);
                session.Execute(
                    "INSERT INTO schema_versions (version, applied_at) VALUES ($1, $2)",
                    version,
                    SqliteText.Of(clock.GetUtcNow()));
            }

            session.Execute("COMMIT");
        }
        catch
        {
            session.Execute("ROLLBACK");
            throw;
        }
    }
}
