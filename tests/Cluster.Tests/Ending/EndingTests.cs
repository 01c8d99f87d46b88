using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Ending;

/// <summary>SIGTERM ends a process in a bounded time, also when what it needs for an orderly end is gone.</summary>
public sealed class EndingTests
{
    [Fact]
    public async Task A_silo_ends_when_it_is_told_to_although_its_database_is_gone()
    {
        await using var cluster = await ClusterUnderTest.PrepareAsync(silos: 1, gateways: 0);
        cluster.Silos[0].Start();
        await cluster.UntilReadyAsync();
        await cluster.Postgres.KillAsync();
        // Whether in good order or not: it tells nobody any more, and nobody waits for it.
        Assert.InRange(await cluster.Silos[0].StopAsync(), 0, 1);
    }

    [Fact]
    public async Task A_gateway_ends_in_good_order_although_all_silos_and_the_database_are_gone()
    {
        await using var cluster = await ClusterUnderTest.PrepareAsync(silos: 1, gateways: 1);
        cluster.Silos[0].Start();
        cluster.Gateways[0].Start();
        await cluster.UntilReadyAsync();
        await cluster.Postgres.KillAsync();
        await cluster.Silos[0].KillForGoodAsync();
        Assert.Equal(0, await cluster.Gateways[0].StopAsync());
    }

    [Fact]
    public async Task A_gateway_that_never_met_a_silo_ends_at_once()
    {
        await using var cluster = await ClusterUnderTest.PrepareAsync(silos: 0, gateways: 1);
        var gateway = cluster.Gateways[0];
        gateway.Start();
        await gateway.UntilStatusAsync("/healthz/live", 200);
        Assert.Equal(0, await gateway.StopAsync());
    }
}
