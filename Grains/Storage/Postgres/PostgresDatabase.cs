using System.Runtime.ExceptionServices;
using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>One database: how to come by connections to it, and what it is called in messages.</summary>
/// <remarks>
/// Statements have two limits. The server itself ends one after <c>statement_timeout</c>, and then it is certain that
/// nothing was written. Only when the server does not answer at all does the longer limit of this side run out.
/// Both are well below the ten seconds after which callers of grains give up.
/// </remarks>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    /// <summary>How long anything may take, the way to a connection included.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private const int PartForScans = 10;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly string _preparation;
    private readonly NpgsqlDataSource _reads;
    private readonly NpgsqlDataSource _writes;

    /// <param name="connectionString">The way to it, as the operator wrote it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="limits">When the server gives something up, and how much it is asked for at once.</param>
    /// <exception cref="StoreStartException">It cannot be read.</exception>
    public PostgresDatabase(string connectionString, TimeProvider clock, PostgresLimits limits)
    {
        _clock = clock;
        _preparation = Preparation(limits);
        BlocksAtOnce = limits.BlocksAtOnce;
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(settings.Host)) throw new FormatException("there is no host");
            var isOneHost = !settings.Host.Contains(',', StringComparison.Ordinal);
            Name = $"{settings.Host}{(isOneHost ? $":{settings.Port}" : "")}/{settings.Database ?? settings.Username}";
            // Of several hosts the one that takes writes: what was written has to be seen by those who read.
            if (!isOneHost) settings.TargetSessionAttributes = "primary";
            _reads = Build(Complete(settings));
            Scans = new ScanQueue(Math.Max(1, settings.MaxPoolSize / PartForScans), clock);
            // The writers keep theirs, and one that was left behind is in nobody's way.
            settings.Pooling = false;
            // A group leaves in one piece where it can: half of one, from a process that was stopped in between, would
            // keep rooms locked for as long as that lasts.
            settings.WriteBufferSize = 256 * 1024;
            _writes = Build(settings);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or NotSupportedException)
        {
            // What is wrong with it may quote a part of the password, so that it goes no further.
            throw new StoreStartException(
                "ConnectionStrings:Chat is not a connection string such as "
                + "Host=db.example.org;Port=5432;Database=chat;Username=chat;Password=... (a value with ; or = in it needs quotes)");
        }
    }

    /// <summary>Host, port and database, for messages.</summary>
    public string Name { get; }

    /// <summary>What reads a table through takes a small part of the readers' connections.</summary>
    public ScanQueue Scans { get; }

    /// <summary>How much of a table one statement reads through.</summary>
    public int BlocksAtOnce { get; }

    /// <summary>Opens a connection, or fails at once.</summary>
    /// <param name="limit">When to give up.</param>
    public Task<PostgresSession> ConnectAtOnceAsync(CancellationToken limit) => PostgresSession.OpenAsync(_writes, limit);

    /// <summary>Opens a connection to write; while the server is starting or cannot be reached, tries again.</summary>
    /// <param name="limit">When to give up.</param>
    public Task<PostgresSession> ConnectToWriteAsync(CancellationToken limit) => ConnectAsync(_writes, limit);

    /// <summary>Opens a connection to read, as patiently.</summary>
    /// <param name="limit">When to give up.</param>
    public Task<PostgresSession> ConnectToReadAsync(CancellationToken limit) => ConnectAsync(_reads, limit);

    /// <summary>Forgets the connections for reading that lie idle: the server that they led to is gone.</summary>
    public void ForgetIdle() => _reads.Clear();

    /// <summary>A failure as the rest of the program knows it.</summary>
    public StoreUnavailableException Unavailable(Exception error, bool outcomeUnknown) =>
        new($"{Name}: {PostgresFaults.Explain(error)}", outcomeUnknown, error);

    /// <summary>A token that ends after <see cref="Limit"/>.</summary>
    public CancellationTokenSource StartLimit() => new(Limit, _clock);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reads.DisposeAsync();
        await _writes.DisposeAsync();
    }

    private async Task<PostgresSession> ConnectAsync(NpgsqlDataSource source, CancellationToken limit)
    {
        ExceptionDispatchInfo? failed = null;
        while (true)
        {
            try
            {
                return await PostgresSession.OpenAsync(source, limit);
            }
            catch (NpgsqlException error) when (PostgresFaults.MayPass(error))
            {
                failed = ExceptionDispatchInfo.Capture(error);
                await Task.Delay(BetweenAttempts, _clock, limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (limit.IsCancellationRequested) throw;
            }
            catch (Exception error) when (failed is not null && limit.IsCancellationRequested && PostgresFaults.IsOfTheDriver(error))
            {
                // Why there was no connection says more than that the time is over.
                failed.Throw();
            }
        }
    }

    // What the promises rest on, whatever the server, the database or the role has been set to. A commit that returns
    // before it is on the disk would be no acknowledgement; a stricter isolation would make fences into errors.
    // And all statements here find their rows over indexes. Their plans are made once for each connection, perhaps
    // when the tables are still empty, and reading those through would then seem to be the cheapest way for ever.
    private static string Preparation(PostgresLimits limits) =>
        $"""
        SET statement_timeout = '{limits.Statement}';
        SET lock_timeout = '{limits.Lock}';
        SET default_transaction_isolation = 'read committed';
        SET enable_seqscan = off;
        SET enable_mergejoin = off;
        SET jit = off;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
        """;

    private NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(Prepare, PrepareAsync);
        return builder.Build();
    }

    private static NpgsqlConnectionStringBuilder Complete(NpgsqlConnectionStringBuilder settings)
    {
        // Seconds; what the operator has set stays, where there is a choice.
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = (int)Limit.TotalSeconds;
        if (!settings.ShouldSerialize("Maximum Pool Size")) settings.MaxPoolSize = 20;
        if (!settings.ShouldSerialize("Application Name")) settings.ApplicationName = "OrleansChat";
        // For what was left behind; nobody waits for it any more.
        settings.CommandTimeout = 2 * (int)Limit.TotalSeconds;
        settings.CancellationTimeout = -1;
        // Each statement is parsed and planned once for each connection.
        settings.MaxAutoPrepare = 64;
        settings.AutoPrepareMinUsages = 2;
        // Nothing here changes the state of a session but the preparation, which has to last.
        settings.NoResetOnClose = true;
        return settings;
    }

    private void Prepare(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(_preparation, connection);
        command.ExecuteNonQuery();
    }

    private async Task PrepareAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(_preparation, connection);
        await command.ExecuteNonQueryAsync();
    }
}
