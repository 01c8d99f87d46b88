using System.Net.WebSockets;
using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Starting;

/// <summary>A gateway needs no silo to start, and none to live on.</summary>
public sealed class WaitingGatewayTests
{
    [Fact]
    public async Task A_gateway_that_starts_before_any_silo_waits_and_is_ready_when_one_has_come()
    {
        await using var cluster = await ClusterUnderTest.PrepareAsync(silos: 1, gateways: 2);
        foreach (var gateway in cluster.Gateways) gateway.Start();
        foreach (var gateway in cluster.Gateways)
        {
            await gateway.UntilStatusAsync("/healthz/live", 200);
            await gateway.UntilStatusAsync("/healthz/ready", 503);
            await gateway.UntilStatusAsync("/", 200);
            // Not 101 and a goodbye: a load balancer would not know that another gateway may do better.
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(gateway));
            Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        }

        cluster.Silos[0].Start();
        await cluster.UntilReadyAsync();
        await using var here = await Visitor.ConnectAsync(cluster.Gateways[0].Address, "alice");
        await using var there = await Visitor.ConnectAsync(cluster.Gateways[1].Address, "bob");
        await here.JoinAsync("lobby");
        var (users, _) = await there.JoinAsync("lobby");
        Assert.Equal(["alice", "bob"], users);
        Assert.All(cluster.Gateways, gateway => Assert.Empty(gateway.Endings));
    }

    private static async Task ConnectAsync(SupervisedProcess gateway)
    {
        await using var wire = new Wire();
        using var deadline = new CancellationTokenSource(Patience.Limit);
        await wire.ConnectAsync(new Uri($"ws://{gateway.Address.Authority}/ws?user=early"), deadline.Token);
    }
}
