using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace OrleansChat.Tests.Postgres;

/// <summary>
/// A real PostgreSQL of the test's own, on the loopback address and in a folder that goes with it. It can be stopped,
/// killed, stalled, and started again on the same port and data.
/// </summary>
/// <remarks>
/// Acknowledged is what the server has written and asked the kernel to keep; the kernel outlives every test, so that
/// <c>fsync</c> is off unless a test turns it on. A guard process takes everything down when the test's own process
/// is gone, however it ended.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The owner of all databases.</summary>
    public const string User = "chat";

    /// <summary>The owner's password, like nothing else that could occur in a message.</summary>
    public const string Password = "swordfish-4711";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder;
    private readonly string[] _settings;
    private readonly PostgresGuard _guard;
    private Process? _process;
    private int _databases;

    private PostgresServer(string[] settings)
    {
        _settings = settings;
        Port = FreePort();
        _folder = Directory.CreateTempSubdirectory("orleanschat-postgres-");
        _guard = new PostgresGuard(_folder.FullName);
    }

    /// <summary>Where it listens on 127.0.0.1; the same for all its life.</summary>
    public int Port { get; }

    /// <summary>What the server itself has written, for a test that failed.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string Data => Path.Combine(_folder.FullName, "data");

    private string LogFile => Path.Combine(_folder.FullName, "log");

    private int ProcessId => _process?.Id ?? throw new InvalidOperationException("PostgreSQL is not running");

    /// <summary>Makes a new cluster of databases and starts it.</summary>
    /// <param name="settings">Settings of the server, such as <c>fsync=on</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var server = new PostgresServer(settings);
        try
        {
            await server.InitializeAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The way to a database, password included.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = User,
        Password = Password,
    }.ConnectionString;

    /// <summary>Makes an empty database.</summary>
    /// <returns>The way to it.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"chat{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Runs statements on a connection of their own.</summary>
    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = await ConnectAsync(connectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A connection of the test's own, outside any pool.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, for the first time or after it was stopped or killed, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        if (_process is { HasExited: false }) throw new InvalidOperationException("PostgreSQL is running already");
        _process?.Dispose();
        string[] settings =
        [
            "listen_addresses=127.0.0.1", $"port={Port}", "unix_socket_directories=", "max_connections=300", "fsync=off", .. _settings,
        ];
        _process = Launch(PostgresInstallation.Command(
            "postgres", ["-D", Data, .. settings.SelectMany(setting => new[] { "-c", setting })]));
        await AnswersAsync();
    }

    /// <summary>Stops it in good order: sessions are cut, what was committed is kept.</summary>
    public Task StopAsync() => EndAsync("INT");

    /// <summary>Stops it without a checkpoint: the next start recovers, as after a crash.</summary>
    public Task StopImmediatelyAsync() => EndAsync("QUIT");

    /// <summary>kill -9 of all its processes.</summary>
    public async Task KillAsync()
    {
        // A server that is killed while it starts a process would leave that one behind.
        await PostgresGuard.SignalAsync("STOP", ProcessId);
        await EndAsync("KILL", [.. PostgresGuard.ChildrenOf(ProcessId), ProcessId]);
    }

    /// <summary>All its processes stand still: connections stay open, and nothing answers.</summary>
    public async Task StallAsync()
    {
        await PostgresGuard.SignalAsync("STOP", ProcessId);
        await PostgresGuard.SignalAsync("STOP", PostgresGuard.ChildrenOf(ProcessId));
    }

    /// <summary>Ends <see cref="StallAsync"/>.</summary>
    public Task ContinueAsync() =>
        PostgresGuard.SignalAsync("CONT", [.. PostgresGuard.ChildrenOf(ProcessId), ProcessId]);

    /// <summary>Stops it and deletes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        await _guard.DisposeAsync();
    }

    private async Task InitializeAsync()
    {
        var password = Path.Combine(_folder.FullName, "password");
        await File.WriteAllTextAsync(password, Password);
        await PostgresInstallation.OwnAsync(_folder);
        using var initdb = Launch(PostgresInstallation.Command(
            "initdb",
            "-D", Data, "--username", User, "--pwfile", password, "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--locale", "C", "--no-sync"));
        await initdb.WaitForExitAsync();
        if (initdb.ExitCode != 0) throw new InvalidOperationException($"initdb failed:\n{Log}");
    }

    // Its output goes to a file: nobody has to be there to read it, and it is there to be read after a failure.
    private Process Launch(IEnumerable<string> command) => Process.Start(
        "/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >> \"$log\" 2>&1 < /dev/null", "sh", LogFile, .. command]);

    private async Task AnswersAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = await ConnectAsync(ConnectionString("postgres"));
                return;
            }
            catch (NpgsqlException error)
            {
                if (_process is { HasExited: true }) throw new InvalidOperationException($"PostgreSQL does not start:\n{Log}", error);
                if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                    throw new TimeoutException($"PostgreSQL does not answer:\n{Log}", error);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    private async Task EndAsync(string signal, params int[] processes)
    {
        await PostgresGuard.SignalAsync(signal, processes is [] ? [ProcessId] : processes);
        await _process!.WaitForExitAsync().WaitAsync(Patience);
        // A server of which processes are left does not start again.
        foreach (var process in processes) await PostgresGuard.GoneAsync(process, Patience);
    }

    // Below the range from which the kernel gives ports to outgoing connections: otherwise one of those could have it
    // when the server starts again.
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; another one is not.
            }
        }
    }
}
