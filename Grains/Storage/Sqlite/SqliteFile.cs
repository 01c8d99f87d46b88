using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>One database file: how to open a connection to it, and what its errors mean.</summary>
internal sealed class SqliteFile
{
    // Well below the time after which callers of grains give up.
    private const int LockTimeoutSeconds = 5;

    private readonly string _connectionString;

    static SqliteFile() => Batteries_V2.Init();

    public SqliteFile(string path)
    {
        Path = path;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            // Connections are held for the life of the store; a pool would only keep the file open after it.
            Pooling = false,
            // Seconds. The library tries a locked database again for this long (30 if not told), whatever SQLite's own
            // busy_timeout; whoever waits for a grain is gone by then, and would not learn why.
            DefaultTimeout = LockTimeoutSeconds,
        }.ToString();
    }

    public string Path { get; }

    /// <summary>Opens the writer's connection: write-ahead log, and a commit returns when it is on the disk.</summary>
    public SqliteSession OpenForWriting() => Open(session =>
    {
        var mode = session.QueryFirst("PRAGMA journal_mode = WAL", static row => row.GetString(0));
        if (mode != "wal")
            throw new StoreStartException($"{Path}: SQLite's write-ahead log does not work there (it offers '{mode}')");
        session.Execute("PRAGMA synchronous = FULL");
    });

    /// <summary>Opens a connection that cannot write.</summary>
    public SqliteSession OpenForReading() => Open(static session => session.Execute("PRAGMA query_only = 1"));

    /// <summary>An SQLite error as the rest of the program knows it.</summary>
    public StoreUnavailableException Unavailable(SqliteException error, bool outcomeUnknown = false) =>
        new($"{Path}: {Explain(error)}", outcomeUnknown, error);

    /// <summary>What is wrong, for a person who looks after the file.</summary>
    public static string Explain(SqliteException error) => error.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "the database is locked by another program",
        raw.SQLITE_FULL => "the disk is full",
        raw.SQLITE_READONLY => "the database cannot be written (read-only file or directory)",
        raw.SQLITE_PERM or raw.SQLITE_CANTOPEN => "the database cannot be opened (check that the directory exists and may be written)",
        raw.SQLITE_IOERR => $"the disk reports an error (SQLite {error.SqliteExtendedErrorCode})",
        raw.SQLITE_NOTADB => "the file is not an SQLite database",
        raw.SQLITE_CORRUPT => "the database is damaged; restore it from a backup",
        _ => error.Message,
    };

    /// <summary>Whether the error concerns the whole database, and not just the statement that met it.</summary>
    public static bool IsOfTheDatabase(SqliteException error) => error.SqliteErrorCode is not
        (raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE);

    private SqliteSession Open(Action<SqliteSession> prepare)
    {
        var connection = new SqliteConnection(_connectionString);
        var session = new SqliteSession(connection);
        try
        {
            connection.Open();
            // Within that time SQLite looks more often than the library does.
            session.Execute($"PRAGMA busy_timeout = {LockTimeoutSeconds * 1000}");
            // SQLite's own LIKE knows the case of ASCII alone.
            connection.CreateFunction(
                "mentions",
                static (string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true,
                isDeterministic: true);
            prepare(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
