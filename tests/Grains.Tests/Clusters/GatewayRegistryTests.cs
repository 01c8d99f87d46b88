using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Rooms;

namespace OrleansChat.Grains.Tests.Clusters;

public sealed class GatewayRegistryTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    private static readonly DateTimeOffset Started = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Gateways_are_listed_as_they_reported_last_until_their_leases_end()
    {
        var registry = Registry(1);
        await registry.Report(Status("b"), Reference(new FakeGateway()));
        await registry.Report(Status("a"), Reference(new FakeGateway()));
        await registry.Report(Status("c"), Reference(new FakeGateway()));
        await registry.Forget("c");
        await registry.Forget("never there");
        Assert.Equal([Status("a"), Status("b")], await registry.List());

        cluster.Clock.Advance(GatewayRules.ReportLease / 2);
        await registry.Report(Status("a") with { Connections = 9 }, Reference(new FakeGateway()));
        cluster.Clock.Advance((GatewayRules.ReportLease / 2) + TimeSpan.FromSeconds(1));
        Assert.Equal([Status("a") with { Connections = 9 }], await registry.List());
    }

    [Fact]
    public async Task A_gateway_is_told_to_drain_and_listed_so_at_once()
    {
        var registry = Registry(2);
        var (told, other) = (new FakeGateway(), new FakeGateway());
        await registry.Report(Status("told"), Reference(told));
        await registry.Report(Status("other"), Reference(other));
        await registry.Drain("told");
        Assert.Equal((1, 0), (told.Drained, other.Drained));
        Assert.Equal([Status("other"), Status("told") with { Draining = true }], await registry.List());
        // What was on its way before that changes nothing; the next process of that name is another one.
        await registry.Report(Status("told"), Reference(told));
        Assert.Equal([Status("other"), Status("told") with { Draining = true }], await registry.List());
        var next = Status("told") with { StartedAt = Started.AddMinutes(1) };
        await registry.Report(next, Reference(told));
        Assert.Equal([Status("other"), next], await registry.List());

        var refused = await Assert.ThrowsAsync<ChatException>(() => registry.Drain("unknown"));
        Assert.Equal((ChatErrorCode.BadField, "gateway"), (refused.Code, refused.Field));
    }

    [Fact]
    public async Task One_that_does_not_answer_is_not_said_to_drain()
    {
        var registry = Registry(3);
        await registry.Report(Status("broken"), Reference(new FakeGateway { Answer = FakeGateway.Throw }));
        var refused = await Assert.ThrowsAsync<ChatException>(() => registry.Drain("broken"));
        Assert.Equal((ChatErrorCode.Unavailable, "gateway"), (refused.Code, refused.Field));
        Assert.Equal([Status("broken")], await registry.List());
    }

    internal static GatewayStatus Status(string name) => new(name, Connections: 5, Users: 3, Started, "1.0", Draining: false);

    // Each test has a registry of its own; the product has one.
    private IGatewayRegistryGrain Registry(long key) => cluster.Grains.GetGrain<IGatewayRegistryGrain>(key);

    private IGatewayObserver Reference(FakeGateway gateway) => cluster.Reference(gateway);
}
