using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;
using OrleansChat.Gateways;
using OrleansChat.Grains.Hosting;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Storage;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>Two silos or more over a real database, and a client of theirs, as a gateway is.</summary>
public class ChatCluster : IAsyncLifetime
{
    /// <summary>How long the client waits for an answer.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TimeSpan _patience;
    private readonly Func<Task<TempStore>> _open;
    private readonly short _silos;
    private readonly Fate _fate;
    private readonly bool _ownDirectory;
    private readonly List<object> _kept = [];
    private InProcessTestCluster? _cluster;
    private TempStore? _temp;
    private int _names;

    public ChatCluster()
        : this(Patience, SqliteTempStore.CreateAsync)
    {
    }

    /// <param name="patience">How long the client waits for an answer.</param>
    /// <param name="open">Opens a store over a new database.</param>
    /// <param name="silos">How many silos there are.</param>
    /// <param name="fate">What the tests do to them.</param>
    /// <param name="ownDirectory">
    /// Whether the silos keep the directory of grains among themselves, as those of the product do; or have one that
    /// outlives them all.
    /// </param>
    protected ChatCluster(
        TimeSpan patience, Func<Task<TempStore>> open, short silos = 2, Fate fate = Fate.Stay, bool ownDirectory = false) =>
        (_patience, _open, _silos, _fate, _ownDirectory) = (patience, open, silos, fate, ownDirectory);

    /// <summary>What tests do to the silos of a cluster.</summary>
    protected enum Fate
    {
        /// <summary>Nothing. Every call is answered some time.</summary>
        Stay,

        /// <summary>Some are stopped in good order.</summary>
        Stop,

        /// <summary>Some are killed, and have to be found out soon.</summary>
        Die,
    }

    /// <summary>The time of the grains. That of Orleans itself is the system's.</summary>
    internal StillClock Clock { get; } = new();

    internal TempStore Temp => _temp ?? throw new InvalidOperationException("the cluster has not started");

    /// <summary>The store, for tests of what only SQLite has.</summary>
    internal SqliteTempStore Sqlite => (SqliteTempStore)Temp;

    internal InProcessTestCluster Silos => _cluster ?? throw new InvalidOperationException("the cluster has not started");

    internal IGrainFactory Grains => Silos.Client;

    public async ValueTask InitializeAsync()
    {
        _temp = await _open();
        var builder = new InProcessTestClusterBuilder(_silos);
        if (_ownDirectory) UseDirectoryOfTheTestCluster(builder.Options, false);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host => host.Logging.ClearProviders());
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddChatGrains();
            silo.Services.AddSingleton<TimeProvider>(Clock);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddSingleton<IFatalErrorHandler, VotedOut>();
            AddStore(silo.Services);
            Change(silo.Services);
            if (_fate == Fate.Stay) GiveNothingUp<SiloMessagingOptions>(silo.Services);
            if (_fate != Fate.Die) return;
            // A killed silo is found out in seconds and not in half a minute; so is one that only stands still for so long.
            silo.Configure<ClusterMembershipOptions>(options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(2);
                options.NumMissedProbesLimit = 3;
                options.NumVotesForDeathDeclaration = 1;
            });
        });
        builder.ConfigureClient(client =>
        {
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = _patience);
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
            if (_fate == Fate.Stay) GiveNothingUp<ClientMessagingOptions>(client.Services);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_temp is not null) await _temp.DisposeAsync();
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
    internal Task DeactivateAsync(IAddressable grain) => Silos.DeactivateAsync(grain);

    /// <summary>The silo that hosts a grain, if one does.</summary>
    internal InProcessSiloHandle? SiloOf(IAddressable grain) =>
        Silos.TryGetGrainContext(grain.GetGrainId(), out var context)
            ? Silos.GetSiloForAddress(context.Address.SiloAddress!)
            : null;

    /// <summary>Gives a silo the store.</summary>
    protected virtual void AddStore(IServiceCollection services) => Temp.AddToSilo(services);

    /// <summary>Changes what a silo has otherwise.</summary>
    protected virtual void Change(IServiceCollection services)
    {
    }

    // Some calls are given up after two or three seconds, and made again or not: on a machine that stands still for so long
    // a gateway would be told something twice, and a test that its call has failed. Here it is looked for such calls only
    // now and then, and none is dropped on its way.
    private static void GiveNothingUp<TOptions>(IServiceCollection services)
        where TOptions : MessagingOptions
    {
        services.Configure<TOptions>(options => options.DropExpiredMessages = false);
        services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Messaging, new SlowClock());
    }

    // There is no public way to have the directory that every silo has outside of tests.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_UseTestClusterGrainDirectory")]
    private static extern void UseDirectoryOfTheTestCluster(InProcessTestClusterOptions options, bool value);
}
