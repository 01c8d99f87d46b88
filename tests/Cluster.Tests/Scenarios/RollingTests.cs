using System.Globalization;
using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Cluster.Tests.Library;
using OrleansChat.Cluster.Tests.Logs;

namespace OrleansChat.Cluster.Tests.Scenarios;

/// <summary>A deployment in full talk: every process is replaced, and nobody is to notice.</summary>
public sealed class RollingTests(SharedCluster shared)
{
    private const int Users = 20;
    private const int Rooms = 4;
    private const int MessagesPerSecond = 20;

    [Fact]
    public async Task A_rolling_restart_loses_nothing_and_no_send_of_the_client_library_fails()
    {
        await using var scenario = await Scenario.BeginAsync(shared, "rolling");
        await using var balancer = await LoadBalancer.StartAsync(scenario.Cluster.GatewayAddresses);
        var prefix = string.Create(CultureInfo.InvariantCulture, $"library-{scenario.Random.Next():x}");
        await using var library = await LibraryUsers.StartAsync(balancer.Address, prefix, Users, Rooms, MessagesPerSecond, balancer.Reaper);
        await scenario.HappenAsync(() => Happenings.RollAsync(scenario));
        var report = await library.FinishAsync();
        await scenario.ProveAsync();
        await ProveAsync(report, scenario.Cluster.GatewayAddresses[0]);
    }

    private static string Tell(LibraryWait[] waits) => string.Join(", ", waits.GroupBy(wait => wait.Why)
        .Select(why => string.Create(CultureInfo.InvariantCulture, $"{why.Count()} × '{why.Key}' (at most {why.Max(wait => wait.Ms)} ms)")));

    private static async Task ProveAsync(LibraryReport report, Uri gateway)
    {
        Scenario.Tell(string.Create(CultureInfo.InvariantCulture,
            $"  the client library: {report.Sends.Length} sends, the slowest {report.Sends.Max(send => send.Ms)} ms; {Tell(report.Waits)}"));
        Assert.DoesNotContain(report.Sends, send => send.Seq is null);
        Assert.Empty(report.Failed);
        Assert.Empty(report.Closed);
        Assert.Empty(report.Resets);
        // The test is worth something only if they were thrown out.
        Assert.InRange(report.Waits.Length, Users, int.MaxValue);
        await using var visitor = await Visitor.ConnectAsync(gateway, "library-visitor");
        foreach (var room in report.Streams.GroupBy(stream => stream.Room))
        {
            await visitor.JoinAsync(room.Key);
            var log = await visitor.ReadAsync(room.Key);
            var sent = report.Sends.Where(send => send.Room == room.Key).OrderBy(send => send.Seq).ToList();
            Assert.Equal(sent.Select(send => new LogEntry(send.User, send.Key, send.Text)), log);
            Assert.Equal(Enumerable.Range(1, log.Count), sent.Select(send => (int)send.Seq!.Value));
            foreach (var stream in room)
            {
                Assert.Equal(
                    log.Select((entry, i) => (Seq: i + 1L, entry)).Skip((int)stream.First),
                    stream.Events.Select(e => (e[0].GetInt64(), new LogEntry(e[1].GetString()!, e[2].GetString()!, e[3].GetString()!))));
            }
        }
    }
}
