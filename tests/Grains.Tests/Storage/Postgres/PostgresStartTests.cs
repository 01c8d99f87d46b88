using System.Net;
using System.Net.Sockets;
using Npgsql;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Postgres;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

public sealed class PostgresStartTests(SharedPostgres postgres)
{
    [Fact]
    public async Task Several_processes_that_start_at_once_migrate_once()
    {
        var server = await postgres.ServerAsync();
        var database = await server.CreateDatabaseAsync();
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => PostgresTempStore.OpenAsync(database))));
        foreach (var store in stores) await store.DisposeAsync();
        var first = await VersionsAsync(database);
        Assert.NotEmpty(first);
        Assert.Equal(Enumerable.Range(1, first.Count), first.Select(v => (int)v.Version));

        // And not again with the next start.
        await (await PostgresTempStore.OpenAsync(database)).DisposeAsync();
        Assert.Equal(first, await VersionsAsync(database));
    }

    [Fact]
    public async Task A_database_of_a_newer_schema_is_refused_and_left_alone()
    {
        var server = await postgres.ServerAsync();
        var database = await server.CreateDatabaseAsync();
        await (await PostgresTempStore.OpenAsync(database)).DisposeAsync();
        await PostgresServer.ExecuteAsync(database, "INSERT INTO schema_versions (version, applied_at) VALUES (9999, 'tomorrow')");

        var error = await RefusedToStartAsync(database);
        Assert.Contains("9999", error.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{server.Port}/", error.Message, StringComparison.Ordinal);
        Assert.Equal(9999, (await VersionsAsync(database))[^1].Version);
    }

    [Fact]
    public async Task A_wrong_password_a_wrong_name_and_a_server_that_is_not_there_are_told_in_one_line()
    {
        var server = await postgres.ServerAsync();
        var database = await server.CreateDatabaseAsync();
        var wrongPassword = await RefusedToStartAsync(Changed(database, b => b.Password = "swordfish-4712"));
        Assert.Contains("password authentication failed for user \"chat\"", wrongPassword.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("4712", wrongPassword.ToString(), StringComparison.Ordinal);
        var noDatabase = await RefusedToStartAsync(Changed(database, b => b.Database = "nowhere"));
        Assert.Contains("database \"nowhere\" does not exist", noDatabase.Message, StringComparison.Ordinal);
        var noServer = await RefusedToStartAsync(Changed(database, b => b.Port = 9));
        Assert.Contains("127.0.0.1:9/", noServer.Message, StringComparison.Ordinal);
        Assert.Contains("refused", noServer.Message, StringComparison.Ordinal);
        var noHost = await RefusedToStartAsync(Changed(database, b => b.Host = "no-such-host.invalid"));
        Assert.Contains("no-such-host.invalid", noHost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_hosts_the_one_that_is_there_is_used()
    {
        var server = await postgres.ServerAsync();
        var database = Changed(await server.CreateDatabaseAsync(), b => b.Host = $"127.0.0.1:9,127.0.0.1:{server.Port}");
        await using (var store = await PostgresTempStore.OpenAsync(database))
        {
            await store.Users.SetNameAsync("alice", "Alice", TempStore.At);
            Assert.Equal("Alice", await store.Reader.FindNameAsync("alice"));
        }

        var error = await RefusedToStartAsync(Changed(database, b => b.Host = "127.0.0.1:9,127.0.0.1:7"));
        Assert.Contains("127.0.0.1:9,127.0.0.1:7/", error.Message, StringComparison.Ordinal);
        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_not_PostgreSQL_is_told_in_one_line(string? answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var ended = new CancellationTokenSource();
        var answering = AnswerAsync(listener, answer, ended.Token);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var error = await RefusedToStartAsync($"Host=127.0.0.1;Port={port};Database=chat;Username=chat;Password={PostgresServer.Password}", TimeProvider.System);
        Assert.Contains($"127.0.0.1:{port}/chat: ", error.Message, StringComparison.Ordinal);
        await ended.CancelAsync();
        await answering;
    }

    [Theory]
    [InlineData("")]
    [InlineData("chat")]
    [InlineData("Database=chat;Username=chat;Password=swordfish-4711")]
    [InlineData("Host=a;Password=abc;swordfish-4711")]
    [InlineData("Host=a;Password=abc;swordfish-4711=1")]
    [InlineData("Host=a;Port=swordfish-4711")]
    public void What_is_not_a_connection_string_is_told_in_one_line(string connectionString)
    {
        var error = Assert.Throws<StoreStartException>(() => PostgresTempStore.Unopened(connectionString));
        Check(error);
        Assert.Contains("ConnectionStrings:Chat", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_hold_every_script_is_refused()
    {
        var server = await postgres.ServerAsync();
        await PostgresServer.ExecuteAsync(
            server.ConnectionString("postgres"), "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        var error = await RefusedToStartAsync(server.ConnectionString("latin"));
        Assert.Contains("LATIN1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_make_tables_is_told_so_and_needs_not_where_they_are()
    {
        var server = await postgres.ServerAsync();
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "CREATE ROLE humble LOGIN PASSWORD 'humble'");
        var humble = Changed(database, b => (b.Username, b.Password) = ("humble", "humble"));
        var error = await RefusedToStartAsync(humble);
        Assert.Contains("permission denied for schema public", error.Message, StringComparison.Ordinal);

        await (await PostgresTempStore.OpenAsync(database)).DisposeAsync();
        await PostgresServer.ExecuteAsync(database, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO humble");
        await using var store = await PostgresTempStore.OpenAsync(humble);
        await store.Users.SetNameAsync("alice", "Alice", TempStore.At);
        Assert.Equal("Alice", await store.Reader.FindNameAsync("alice"));
    }

    [Theory]
    [InlineData("off", "on")]
    [InlineData("on", "on")]
    [InlineData("remote_apply", "remote_apply")]
    public async Task A_session_waits_for_the_disk_whatever_the_database_was_set_to(string set, string used)
    {
        var server = await postgres.ServerAsync();
        var database = await server.CreateDatabaseAsync();
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        await PostgresServer.ExecuteAsync(
            database,
            $"ALTER DATABASE {name} SET synchronous_commit = {set}; ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'");
        await using var store = await PostgresTempStore.OpenAsync(database);
        var settings = await store.WriterOf("lobby").RunAsync(new PostgresStatement<string>(
            "lobby",
            "SELECT current_setting('synchronous_commit') || ', ' || current_setting('transaction_isolation')",
            row => row!.GetString(0)));
        Assert.Equal($"{used}, read committed", settings);
    }

    private static async Task<StoreStartException> RefusedToStartAsync(string connectionString, TimeProvider? clock = null)
    {
        await using var store = PostgresTempStore.Unopened(connectionString, clock);
        var error = await Assert.ThrowsAsync<StoreStartException>(() => store.OpenAsync(CancellationToken.None));
        Check(error);
        return error;
    }

    private static void Check(StoreStartException error)
    {
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain(PostgresServer.Password, error.ToString(), StringComparison.Ordinal);
    }

    private static string Changed(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        change(builder);
        return builder.ConnectionString;
    }

    // Says something to whoever connects and closes; or says nothing and does not close.
    private static async Task AnswerAsync(TcpListener listener, string? answer, CancellationToken ended)
    {
        var kept = new List<Socket>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(ended);
                kept.Add(socket);
                if (answer is null) continue;
                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(answer), ended);
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (OperationCanceledException)
        {
            kept.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task<List<(long Version, DateTime AppliedAt)>> VersionsAsync(string database)
    {
        await using var connection = await PostgresServer.ConnectAsync(database);
        await using var command = new NpgsqlCommand("SELECT version, applied_at FROM schema_versions ORDER BY version", connection);
        await using var row = await command.ExecuteReaderAsync();
        var versions = new List<(long, DateTime)>();
        while (await row.ReadAsync()) versions.Add((row.GetInt64(0), row.GetDateTime(1)));
        return versions;
    }
}
