using System.Globalization;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>Brings a database to this version's schema: numbered scripts, each once, each whole or not at all.</summary>
internal static class SqliteMigrations
{
    private const string Folder = "OrleansChat.Grains.Storage.Sqlite.Schema.";

    /// <exception cref="StoreStartException">The database was written by a newer version.</exception>
    public static void Apply(SqliteSession session, SqliteFile file, TimeProvider clock)
    {
        var scripts = Scripts();
        // The lock is taken before the version is read, so that two processes cannot both decide to migrate.
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            session.Execute(
                "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL)");
            var current = session.Query("SELECT coalesce(max(version), 0) FROM schema_versions", static row => row.GetInt64(0))[0];
            var newest = scripts[^1].Version;
            if (current > newest)
            {
                throw new StoreStartException(
                    $"{file.Path}: the database has schema {current}, this program knows schemas up to {newest}; run the newer program");
            }

            foreach (var (version, name) in scripts.Where(s => s.Version > current))
            {
                session.Execute(Text(name));
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

    private static List<(long Version, string Name)> Scripts() =>
        [.. typeof(SqliteMigrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => (long.Parse(name.AsSpan(Folder.Length, 4), CultureInfo.InvariantCulture), name))
            .Order()];

    private static string Text(string name)
    {
        using var stream = typeof(SqliteMigrations).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
