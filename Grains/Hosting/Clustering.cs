using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Configuration;

namespace OrleansChat.Grains.Hosting;

/// <summary>
/// How silos and gateways find each other: a table of members in the same PostgreSQL, and silos that probe each other.
/// </summary>
/// <remarks>
/// A killed silo is voted out within about six seconds. Less would be at the price of voting out silos that only
/// pause (a long collection, a busy machine), and each of those costs more than it saves: its rooms move, and its
/// process has to start again.
/// </remarks>
public static class Clustering
{
    private const string Cluster = "chat";
    private const string Service = "OrleansChat";

    // Three probes are missed, one after the other: 3 × 1.5 s, and up to one more until the first of them was due.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1.5);
    private const int MissedProbes = 3;

    // A cluster of which every process was killed leaves entries that nobody votes on. New silos disregard those whose
    // last sign of life is three periods old: 15 s, at the price of one small write a silo and period.
    private static readonly TimeSpan AliveInterval = TimeSpan.FromSeconds(5);
    private const int MissedAliveIntervals = 3;

    // Gossip spreads changes at once; reading the table makes up for gossip that was lost.
    private static readonly TimeSpan TableInterval = TimeSpan.FromSeconds(10);

    // How soon a gateway knows of a silo that came, or of one that is stalled and voted out: no connection tells of it.
    private static readonly TimeSpan SiloListInterval = TimeSpan.FromSeconds(2);

    /// <summary>Makes a silo a member of the cluster.</summary>
    /// <exception cref="FormatException">A setting is wrong or missing.</exception>
    /// <exception cref="IOException">A port is taken.</exception>
    public static void UseChatCluster(this ISiloBuilder silo, ClusterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var (address, siloPort, gatewayPort) = (settings.AdvertisedAddress(), settings.SiloPort, settings.GatewayPort);
        if (siloPort == gatewayPort)
            throw new FormatException($"Cluster:SiloPort and Cluster:GatewayPort are both {siloPort}; they must differ");
        // An address that is not this machine's own is one that a router hands on to it.
        var isOwn = CheckPort(nameof(settings.SiloPort), address, siloPort) & CheckPort(nameof(settings.GatewayPort), address, gatewayPort);
        silo.ConfigureEndpoints(address, siloPort, gatewayPort, listenOnAnyHostAddress: !isOwn);
        silo.Configure<ClusterOptions>(Name);
        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = ForMembership(settings.ConnectionString);
        });
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = ProbeTimeout;
            options.NumMissedProbesLimit = MissedProbes;
            options.IAmAliveTablePublishTimeout = AliveInterval;
            options.NumMissedTableIAmAliveLimit = MissedAliveIntervals;
            options.TableRefreshTimeout = TableInterval;
        });
        silo.Services.AddSingleton<IFatalErrorHandler, FatalErrors>();
    }

    /// <summary>Makes a gateway a client of the cluster. It waits for a silo for as long as it takes.</summary>
    public static void UseChatCluster(this IClientBuilder client, ClusterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        client.Configure<ClusterOptions>(Name);
        client.UseAdoNetClustering(options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = ForMembership(settings.ConnectionString);
        });
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = SiloListInterval);
        client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ChatSilo.ResponseTimeout);
        client.UseConnectionRetryFilter<WaitForSilo>();
    }

    private static void Name(ClusterOptions options) => (options.ClusterId, options.ServiceId) = (Cluster, Service);

    // A few connections beside the store's, that give up before a silo is taken for dead because its own look at the
    // table hangs.
    private static string ForMembership(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "OrleansChat membership",
        MaxPoolSize = 4,
        MinPoolSize = 0,
        Timeout = 3,
        CommandTimeout = 3,
        Timezone = "UTC",
    }.ConnectionString;

    /// <returns>Whether the address is one of this machine's own.</returns>
    private static bool CheckPort(string setting, IPAddress address, int port)
    {
        try
        {
            // As Orleans will bind it in a moment, but with a line that says what is wrong.
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return false;
        }
        catch (SocketException error)
        {
            throw new IOException($"Cluster:{setting}: {address}:{port} cannot be listened on: {error.Message}", error);
        }
    }
}
