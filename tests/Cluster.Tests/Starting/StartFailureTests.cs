using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Cluster.Tests.Starting;

/// <summary>
/// A process of a cluster that cannot start ends, with one line that names what is wrong and never the password.
/// </summary>
public sealed class StartFailureTests(StartFailureTests.Database database) : IClassFixture<StartFailureTests.Database>
{
    private const string Silo = "OrleansChat.Silo";
    private const string Gateway = "OrleansChat.Gateway";

    [Theory]
    [InlineData(Silo, "Cluster:Mode=Postgre", "Cluster:Mode")]
    [InlineData(Gateway, "Cluster:Mode=Postgre", "Cluster:Mode")]
    [InlineData(Gateway, "Cluster:Mode=", "Cluster:Mode")]
    [InlineData(Silo, "Cluster:Mode=7", "Cluster:Mode")]
    [InlineData(Silo, "Cluster:SilosPort=1", "Cluster:SilosPort")]
    [InlineData(Gateway, "Cluster:Modus=Postgres", "Cluster:Modus")]
    [InlineData(Silo, "ConnectionStrings:Chat=", "ConnectionStrings:Chat")]
    [InlineData(Gateway, "ConnectionStrings:Chat=", "ConnectionStrings:Chat")]
    [InlineData(Silo, "ConnectionStrings:Chat=Host=127.0.0.1;Passwort=swordfish-4711", "ConnectionStrings:Chat")]
    [InlineData(Gateway, "ConnectionStrings:Chat=Host=127.0.0.1;Port=x;Password=swordfish-4711", "ConnectionStrings:Chat")]
    [InlineData(Gateway, "ConnectionStrings:Chat=swordfish-4711", "ConnectionStrings:Chat")]
    [InlineData(Silo, "ConnectionStrings:Chat=Database=chat;Password=swordfish-4711", "Host")]
    [InlineData(Silo, "Cluster:AdvertisedAddress=", "Cluster:AdvertisedAddress")]
    [InlineData(Silo, "Cluster:AdvertisedAddress=no-such-host.invalid", "no-such-host.invalid")]
    [InlineData(Silo, "Cluster:AdvertisedAddress=0.0.0.0", "Cluster:AdvertisedAddress")]
    [InlineData(Silo, "Cluster:SiloPort=0", "Cluster:SiloPort")]
    [InlineData(Silo, "Cluster:SiloPort=abc", "Cluster:SiloPort")]
    [InlineData(Silo, "Cluster:GatewayPort=70000", "Cluster:GatewayPort")]
    [InlineData(Silo, "urls=http://127.0.0.1:99999", "99999")]
    public Task A_wrong_setting_is_named(string program, string setting, string named) =>
        AssertOneLineAsync(program, setting, named);

    [Fact]
    public async Task A_silo_by_itself_wants_to_be_told_that_it_is_part_of_a_cluster()
    {
        var run = await ProgramRun.RunAsync(Silo, ["--urls=http://127.0.0.1:0"]);
        AssertOneLine(Silo, run, "Cluster:Mode");
    }

    [Fact]
    public async Task Two_ports_that_are_one_are_named()
    {
        var port = Ports.Free();
        await AssertOneLineAsync(Silo, [$"Cluster:SiloPort={port}", $"Cluster:GatewayPort={port}"], Text(port));
    }

    [Theory]
    [InlineData("Cluster:SiloPort")]
    [InlineData("Cluster:GatewayPort")]
    public async Task A_port_that_is_taken_is_named(string setting)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await AssertOneLineAsync(Silo, $"{setting}={port}", Text(port));
    }

    [Theory]
    [InlineData(Silo)]
    [InlineData(Gateway)]
    public async Task A_password_that_is_wrong_is_told_and_not_repeated(string program)
    {
        var wrong = database.ConnectionString.Replace(PostgresServer.Password, "swordfish-4712", StringComparison.Ordinal);
        await AssertOneLineAsync(program, $"ConnectionStrings:Chat={wrong}", "password");
    }

    [Fact]
    public async Task A_silo_without_a_database_server_ends()
    {
        var nobody = Ports.Free();
        var wrong = database.ConnectionString.Replace(Text(database.Port), Text(nobody), StringComparison.Ordinal);
        await AssertOneLineAsync(Silo, $"ConnectionStrings:Chat={wrong}", Text(nobody));
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_named()
    {
        var wrong = database.ConnectionString.Replace("Database=", "Database=no_such_", StringComparison.Ordinal);
        await AssertOneLineAsync(Silo, $"ConnectionStrings:Chat={wrong}", "no_such_");
    }

    private Task AssertOneLineAsync(string program, string setting, string named) => AssertOneLineAsync(program, [setting], named);

    // Everything is as it should be, but for these.
    private async Task AssertOneLineAsync(string program, string[] settings, string named)
    {
        var right = new Dictionary<string, string>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Cluster:Mode"] = "Postgres",
            ["ConnectionStrings:Chat"] = database.ConnectionString,
        };
        if (program == Silo)
        {
            right["Cluster:AdvertisedAddress"] = "127.0.0.1";
            right["Cluster:SiloPort"] = Text(Ports.Free());
            right["Cluster:GatewayPort"] = Text(Ports.Free());
        }

        foreach (var setting in settings) right[setting[..setting.IndexOf('=', StringComparison.Ordinal)]] = setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..];
        AssertOneLine(program, await ProgramRun.RunAsync(program, right.Select(pair => $"--{pair.Key}={pair.Value}")), named);
    }

    private static void AssertOneLine(string program, ProgramRun run, string named)
    {
        var line = Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith(program["OrleansChat.".Length..] + ": ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain("swordfish", run.Errors + run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    /// <summary>A database without a table, until the first silo that gets that far.</summary>
    public sealed class Database : IAsyncLifetime
    {
        private PostgresServer? _server;

        public string ConnectionString { get; private set; } = "";

        public int Port => _server!.Port;

        public async ValueTask InitializeAsync()
        {
            _server = await PostgresServer.StartAsync();
            ConnectionString = await _server.CreateDatabaseAsync();
        }

        public ValueTask DisposeAsync() => _server!.DisposeAsync();
    }
}
