using System.Text;
using Npgsql;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Cluster.Tests.Hosting;

/// <summary>A PostgreSQL, silos and gateways: real processes on this machine, each with a supervisor.</summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    private const int ToldLines = 25;
    private const int Widest = 300;

    private readonly string _folder;
    private readonly Reaper _reaper;

    private readonly string[] _gatewaySettings;

    private ClusterUnderTest(PostgresServer postgres, string connectionString, int silos, int gateways, string[] gatewaySettings)
    {
        (Postgres, ConnectionString, _gatewaySettings) = (postgres, connectionString, gatewaySettings);
        _folder = Directory.CreateTempSubdirectory("orleanschat-cluster-").FullName;
        _reaper = new Reaper(_folder);
        Silos = [.. Enumerable.Range(1, silos).Select(Silo)];
        Gateways = [.. Enumerable.Range(1, gateways).Select(Gateway)];
    }

    public PostgresServer Postgres { get; }

    public string ConnectionString { get; }

    public IReadOnlyList<SupervisedProcess> Silos { get; }

    public IReadOnlyList<SupervisedProcess> Gateways { get; }

    public IReadOnlyList<Uri> GatewayAddresses => [.. Gateways.Select(gateway => gateway.Address)];

    private IEnumerable<SupervisedProcess> Processes => Silos.Concat(Gateways);

    /// <summary>A database that runs, and silos and gateways that do not yet.</summary>
    /// <param name="silos">How many silos.</param>
    /// <param name="gateways">How many gateways.</param>
    /// <param name="gatewaySettings">What the gateways are told beside the usual, such as <c>--Auth:Mode=Accounts</c>.</param>
    public static async Task<ClusterUnderTest> PrepareAsync(int silos = 2, int gateways = 2, params string[] gatewaySettings)
    {
        var postgres = await PostgresServer.StartAsync();
        return new ClusterUnderTest(postgres, await postgres.CreateDatabaseAsync(), silos, gateways, gatewaySettings);
    }

    /// <summary>One that is ready to chat.</summary>
    public static async Task<ClusterUnderTest> StartAsync()
    {
        var cluster = await PrepareAsync();
        foreach (var process in cluster.Processes) process.Start();
        await cluster.UntilReadyAsync();
        return cluster;
    }

    public Task UntilReadyAsync() => Task.WhenAll(Processes.Select(process => process.UntilReadyAsync()));

    /// <summary>How many silos the others have declared dead so far.</summary>
    public async Task<long> CountDeadSilosAsync()
    {
        await using var connection = await PostgresServer.ConnectAsync(ConnectionString);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM cluster_silos WHERE status = 6", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The end of what each process has said, for whoever looks into a failure.</summary>
    public string Tell()
    {
        var text = new StringBuilder();
        foreach (var process in Processes)
        {
            text.AppendLine(null, $"---- {process.Name} ({process.Address})");
            // What differs in a number or a time alone is told once, with what came last.
            var lines = process.Output.Reverse().DistinctBy(line => string.Concat(line.Where(c => !char.IsAsciiHexDigit(c))));
            foreach (var line in lines.Take(ToldLines).Reverse()) text.AppendLine(line.Length > Widest ? line[..Widest] : line);
        }

        text.AppendLine("---- PostgreSQL");
        foreach (var line in Postgres.Log.Split('\n').TakeLast(ToldLines)) text.AppendLine(line);
        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Processes.Select(process => process.DisposeAsync().AsTask()));
        await Postgres.DisposeAsync();
        await _reaper.DisposeAsync();
    }

    private SupervisedProcess Silo(int number) => new(
        $"silo {number}",
        "OrleansChat.Silo",
        NewAddress(),
        _folder,
        _reaper,
        "--Cluster:Mode=Postgres",
        $"--ConnectionStrings:Chat={ConnectionString}",
        "--Cluster:AdvertisedAddress=127.0.0.1",
        $"--Cluster:SiloPort={Ports.Free()}",
        $"--Cluster:GatewayPort={Ports.Free()}");

    private SupervisedProcess Gateway(int number) => new(
        $"gateway {number}",
        "OrleansChat.Gateway",
        NewAddress(),
        _folder,
        _reaper,
        ["--Cluster:Mode=Postgres", $"--ConnectionStrings:Chat={ConnectionString}", .. _gatewaySettings]);

    private static Uri NewAddress() => new($"http://127.0.0.1:{Ports.Free()}");
}
