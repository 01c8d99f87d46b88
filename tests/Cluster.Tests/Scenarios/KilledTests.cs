using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Scenarios;

/// <summary>Processes that are gone, or stand still, from one moment to the next.</summary>
public sealed class KilledTests(SharedCluster shared)
{
    [Fact]
    public async Task A_killed_silo_loses_nothing_and_its_rooms_can_be_written_before_it_is_back()
    {
        await using var scenario = await Scenario.BeginAsync(shared, "silo-killed");
        await scenario.HappenAsync(async () =>
        {
            await Happenings.KillSiloAsync(scenario);
            await Happenings.CrashSiloAsync(scenario);
        });
        await scenario.ProveAsync();
    }

    [Fact]
    public async Task A_killed_gateway_loses_nothing_and_its_clients_come_back_through_the_other()
    {
        await using var scenario = await Scenario.BeginAsync(shared, "gateway-killed");
        await scenario.HappenAsync(async () =>
        {
            await Happenings.KillGatewayAsync(scenario);
            await Happenings.CrashGatewayAsync(scenario);
        });
        await scenario.ProveAsync();
    }

    [Fact]
    public async Task A_silo_that_stood_still_and_was_voted_dead_commits_nothing_and_ends_itself()
    {
        await using var scenario = await Scenario.BeginAsync(shared, "silo-stopped");
        await scenario.HappenAsync(() => Happenings.StopSiloForAWhileAsync(scenario));
        await scenario.ProveAsync();
    }

    [Fact]
    public async Task The_loss_of_all_silos_is_outlived_by_the_gateways_and_everything_resumes()
    {
        await using var scenario = await Scenario.BeginAsync(shared, "silos-lost");
        await scenario.HappenAsync(() => Happenings.LoseAllSilosAsync(scenario));
        await scenario.ProveAsync();
    }
}
