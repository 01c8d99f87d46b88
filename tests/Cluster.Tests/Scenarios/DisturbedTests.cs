using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Scenarios;

/// <summary>What is around the chat's own processes fails: the database, the network.</summary>
public sealed class DisturbedTests(SharedCluster shared)
{
    [Fact]
    public async Task A_database_that_is_restarted_loses_nothing()
    {
        await using var scenario = await Scenario.BeginAsync(shared, "postgres");
        await scenario.HappenAsync(async () =>
        {
            await Happenings.RestartPostgresAsync(scenario);
            await Happenings.KillPostgresAsync(scenario);
        });
        await scenario.ProveAsync();
    }

    [Fact]
    public async Task Connections_that_are_cut_each_fifteen_seconds_miss_nothing()
    {
        await using var scenario = await Scenario.BeginAsync(shared, "cut");
        await scenario.HappenAsync(async () =>
        {
            // Twice at least, for the second finds what the first one left behind.
            await Happenings.CutEveryConnectionAsync(scenario);
            await Happenings.CutEveryConnectionAsync(scenario);
        });
        await scenario.ProveAsync();
    }

    [Fact]
    public async Task Anything_after_anything_loses_repeats_and_reorders_nothing()
    {
        await using var scenario = await Scenario.BeginAsync(shared, "mixed");
        await scenario.HappenAsync(() => Happenings.AnyAsync(scenario));
        await scenario.ProveAsync();
    }
}
