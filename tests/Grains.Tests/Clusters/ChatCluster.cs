using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;
using OrleansChat.Gateways;
using OrleansChat.Grains.Hosting;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Storage;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>Two silos that share one store over a real file, and a client of theirs, as a gateway is.</summary>
public class ChatCluster : IAsyncLifetime
{
    private readonly TempStore _temp = new();
    private readonly InProcessTestCluster _cluster;
    private readonly List<object> _kept = [];
    private int _names;

    public ChatCluster()
        : this(TimeSpan.FromSeconds(20))
    {
    }

    /// <param name="patience">How long the client waits for an answer.</param>
    protected ChatCluster(TimeSpan patience)
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host => host.Logging.ClearProviders());
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddChatGrains();
            silo.Services.AddSingleton<TimeProvider>(Clock);
            silo.Services.AddSingleton(_temp.Rooms);
            silo.Services.AddSingleton(_temp.Store.Users);
            silo.Services.AddSingleton(_temp.Reader);
            // A killed silo is found out in seconds and not in half a minute.
            silo.Configure<ClusterMembershipOptions>(options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(2);
                options.NumMissedProbesLimit = 2;
                options.NumVotesForDeathDeclaration = 1;
            });
        });
        builder.ConfigureClient(client => client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = patience));
        _cluster = builder.Build();
    }

    internal ShiftedClock Clock { get; } = new();

    internal TempStore Temp => _temp;

    internal InProcessTestCluster Silos => _cluster;

    internal IGrainFactory Grains => _cluster.Client;

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _cluster.DisposeAsync();
        _temp.Dispose();
    }

    /// <summary>A name that no other test of this cluster has.</summary>
    internal string Name(string stem) => $"{stem}{Interlocked.Increment(ref _names)}";

    internal IRoomGrain Room(string room) => Grains.GetGrain<IRoomGrain>(room);

    internal IRoomHistoryGrain History(string room) => Grains.GetGrain<IRoomHistoryGrain>(room);

    internal IUserGrain User(string user) => Grains.GetGrain<IUserGrain>(user);

    /// <summary>A reference that grains can call.</summary>
    internal IGatewayObserver Reference(IGatewayObserver observer)
    {
        // Orleans holds observers weakly.
        lock (_kept) _kept.Add(observer);
        return Grains.CreateObjectReference<IGatewayObserver>(observer);
    }

    /// <summary>Ends the activation of a grain, wherever it is.</summary>
    internal Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    /// <summary>The silo that hosts a grain, if one does.</summary>
    internal InProcessSiloHandle? SiloOf(IAddressable grain) =>
        _cluster.TryGetGrainContext(grain.GetGrainId(), out var context)
            ? _cluster.GetSiloForAddress(context.Address.SiloAddress!)
            : null;
}
