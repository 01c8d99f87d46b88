using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Scenarios;

/// <summary>Nothing fails here; but everybody comes at the same moment.</summary>
public sealed class ArrivingTests(SharedCluster shared)
{
    private const int Rounds = 3;

    [Fact]
    public async Task Hundreds_who_come_at_once_through_two_gateways_all_learn_who_is_there()
    {
        for (var round = 1; round <= Rounds; round++)
        {
            await using var scenario = await Scenario.BeginAsync(shared, "arriving");
            await scenario.ProveAsync();
        }
    }
}
