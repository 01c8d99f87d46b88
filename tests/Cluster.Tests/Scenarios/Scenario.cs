using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Cluster.Tests.Logs;

namespace OrleansChat.Cluster.Tests.Scenarios;

/// <summary>A crowd that talks through a cluster while things happen to it, and the proof when it is over.</summary>
internal sealed class Scenario : IAsyncDisposable
{
    // Away while it happens, so that there is somebody whose going must be noticed.
    private const int AwayPart = 20;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly int _seed;
    private readonly SharedCluster _shared;
    private readonly long _since = TimeProvider.System.GetTimestamp();
    private bool _isProven;

    private Scenario(string name, int seed, SharedCluster shared, ClusterUnderTest cluster)
    {
        (_name, _seed, _shared, Cluster, Random) = (name, seed, shared, cluster, new Random(seed));
        var around = new Surroundings(cluster.GatewayAddresses, new Figures(), new Violations(), TimeProvider.System);
        Crowd = new Crowd(name, Settings.Clients, Settings.Rooms, around, seed);
    }

    public ClusterUnderTest Cluster { get; }

    public Crowd Crowd { get; }

    public Random Random { get; }

    public Figures Figures => Crowd.Figures;

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_since);

    /// <summary>Everybody has come, and they have begun to talk.</summary>
    public static async Task<Scenario> BeginAsync(SharedCluster shared, string name)
    {
        var scenario = new Scenario(name, Settings.Seed, shared, await shared.UseAsync());
        await scenario.Crowd.UntilCaughtUpAsync();
        scenario.Crowd.Talk(Settings.MessagesPerSecond);
        await PassAsync(Calm);
        return scenario;
    }

    public static Task PassAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);

    public T AnyOf<T>(IReadOnlyList<T> items) => items[Random.Next(items.Count)];

    /// <summary>Lets something happen, while a few are away; again and again when there is time.</summary>
    public async Task HappenAsync(Func<Task> happening)
    {
        do
        {
            Crowd.CallBack();
            Crowd.SendAway(Crowd.Clients.Count / AwayPart);
            await happening();
            await Cluster.UntilReadyAsync();
            await PassAsync(Calm);
        }
        while (Elapsed < Settings.Duration);
    }

    /// <summary>Waits until something that was said after this moment was acknowledged in each room.</summary>
    public Task AcknowledgedEverywhereAsync()
    {
        var sent = Crowd.Rooms.ToDictionary(room => room, room => room.Sent);
        return Patience.UntilAsync(() => Crowd.Rooms
            .Where(room => room.NewestAcknowledged <= sent[room])
            .Select(room => $"nothing is acknowledged in {room.Room}")
            .FirstOrDefault());
    }

    /// <summary>They fall silent; then everything must be as it should, and the figures are told: no time is a pass mark.</summary>
    public async Task ProveAsync()
    {
        var visitor = $"{_name}-{_seed:x}-visitor";
        var proof = new Proof(Crowd, Cluster.ConnectionString, Cluster.GatewayAddresses, visitor);
        await Crowd.StopTalkingAsync();
        await Crowd.UntilCaughtUpAsync();
        var longestStall = Crowd.LongestStall;
        await proof.PresenceAsync();
        Crowd.CallBack();
        await Crowd.UntilCaughtUpAsync();
        await proof.LogsAsync();
        Tell(Figures.Tell(_name, _seed, Elapsed, longestStall));
        Assert.True(Crowd.Violations.Count == 0, $"seed {_seed}: {Crowd.Violations}");
        _isProven = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Crowd.DisposeAsync();
        if (_isProven) return;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Figures.Tell(_name, _seed, Elapsed, Crowd.LongestStall)}\n{Crowd.Violations}\n{Cluster.Tell()}");
        await _shared.GiveUpAsync();
    }

    /// <summary>Says something on the console of who runs the tests.</summary>
    public static void Tell(string text) => TestContext.Current.SendDiagnosticMessage(text);
}
