using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Rooms;
using static OrleansChat.Grains.Tests.Clusters.GatewayRegistryTests;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>What becomes of the list of gateways when the silo goes that has it.</summary>
public sealed class LostRegistryTests(DyingCluster cluster) : IClassFixture<DyingCluster>
{
    [Fact]
    public async Task A_silo_that_stops_hands_the_gateways_on_and_one_that_is_killed_is_made_up_for_by_reports()
    {
        var registry = cluster.Grains.GetGrain<IGatewayRegistryGrain>(4);
        var gateway = new FakeGateway();
        var reference = cluster.Reference(gateway);
        await Sending.SurelyAsync(() => registry.Report(Status("g"), reference));
        await cluster.Silos.StopSiloAsync(cluster.SiloOf(registry)!);
        Assert.Equal([Status("g")], await Sending.SurelyAsync(registry.List));
        await cluster.Silos.StartAdditionalSiloAsync();

        await cluster.Silos.KillSiloAsync(cluster.SiloOf(registry)!);
        Assert.Empty(await Sending.SurelyAsync(registry.List));
        await Sending.SurelyAsync(() => registry.Report(Status("g"), reference));
        Assert.Equal([Status("g")], await Sending.SurelyAsync(registry.List));
        // Again while the way to the gateway still leads over the silo that is gone.
        await Sending.SurelyAsync(() => registry.Drain("g"));
        Assert.True(gateway.Drained > 0, "the gateway is told");
        await cluster.Silos.StartAdditionalSiloAsync();
    }
}
