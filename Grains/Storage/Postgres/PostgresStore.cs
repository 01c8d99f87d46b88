using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>The database of a cluster. Every silo opens it; the fences keep them apart.</summary>
public sealed class PostgresStore : IChatStore, IAsyncDisposable
{
    // Commits of one writer follow each other; those of several overlap, and share the server's waits for its disk.
    private const int DefaultWriters = 4;

    private readonly TimeProvider _clock;
    private readonly PostgresDatabase _database;
    private readonly PostgresWriter[] _writers;

    /// <summary>Names the database; <see cref="OpenAsync"/> touches it.</summary>
    /// <param name="connectionString">The way to it, in Npgsql's form.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">Where failures of the server are told.</param>
    /// <exception cref="StoreStartException">It is not a connection string.</exception>
    public PostgresStore(string connectionString, TimeProvider clock, ILogger log)
        : this(connectionString, clock, log, DefaultWriters, PostgresLimits.Usual)
    {
    }

    /// <summary>For tests that want rooms to share a writer, or nothing to be given up.</summary>
    internal PostgresStore(string connectionString, TimeProvider clock, ILogger log, int writers, PostgresLimits limits)
    {
        _clock = clock;
        _database = new PostgresDatabase(connectionString, clock, limits);
        _writers = [.. Enumerable.Range(0, writers).Select(_ => new PostgresWriter(_database, clock, log))];
        Rooms = new PostgresRoomStore(WriterOf);
        Users = new PostgresUserStore(WriterOf);
        var reader = new PostgresReader(_database);
        Reader = reader;
        Accounts = new PostgresAccountStore(WriterOf, reader);
        DataKeys = new PostgresDataKeyStore(WriterOf, reader);
    }

    /// <summary>Host, port and database, for messages.</summary>
    public string Name => _database.Name;

    /// <summary>Where rooms are written.</summary>
    public IRoomStore Rooms { get; }

    /// <summary>Where users are written.</summary>
    public IUserStore Users { get; }

    /// <summary>Where accounts are kept.</summary>
    public IAccountStore Accounts { get; }

    /// <summary>Where the keys that protect tokens are kept.</summary>
    public IDataKeyStore DataKeys { get; }

    /// <summary>Where everything is read.</summary>
    public IChatReader Reader { get; }

    /// <summary>Brings the schema up to date, and starts to write and read.</summary>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="StoreStartException">Why it cannot, naming the database and never the password.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        try
        {
            using var limit = _database.StartLimit();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            await using var session = await _database.ConnectAtOnceAsync(either.Token);
            await session.RunAsync(CheckAsync, either.Token);
            await session.RunAsync(connection => PostgresMigrations.ApplyAsync(connection, _database, _clock), cancellation);
        }
        catch (Exception error) when (PostgresFaults.IsOfTheDriver(error) && !cancellation.IsCancellationRequested)
        {
            throw new StoreStartException($"{Name}: {PostgresFaults.Explain(error)}", error);
        }

        foreach (var writer in _writers) writer.Start();
    }

    /// <summary>The writer of a room or user: always the same one.</summary>
    internal PostgresWriter WriterOf(string owner) => _writers[(uint)string.GetHashCode(owner, StringComparison.Ordinal) % (uint)_writers.Length];

    /// <summary>Finishes what is waiting and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var writer in _writers) await writer.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task<bool> IsTrueAsync(NpgsqlConnection connection, string question)
    {
        await using var command = new NpgsqlCommand(question, connection);
        return await command.ExecuteScalarAsync() is true;
    }

    private async Task<bool> CheckAsync(NpgsqlConnection connection)
    {
        if (connection.PostgresParameters.TryGetValue("server_encoding", out var encoding) && encoding != "UTF8")
            throw new StoreStartException($"{Name}: the database has the encoding {encoding}; it has to be UTF8");
        if (await IsTrueAsync(connection, "SELECT pg_is_in_recovery()"))
            throw new StoreStartException($"{Name}: the server is a standby; connect to the one that takes writes");
        if (!await IsTrueAsync(connection, "SELECT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu')"))
            throw new StoreStartException($"{Name}: the server was built without ICU, by whose rules rooms are searched");
        return true;
    }
}
