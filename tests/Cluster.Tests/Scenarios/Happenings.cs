using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Scenarios;

/// <summary>What can happen to a cluster. Each ends when the cluster is whole again.</summary>
internal static class Happenings
{
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WithoutSilos = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Offline = TimeSpan.FromSeconds(2);

    /// <summary>kill -9, and it is not back before each room could be written again: the others have to vote it out.</summary>
    public static async Task KillSiloAsync(Scenario scenario)
    {
        var silo = scenario.AnyOf(scenario.Cluster.Silos);
        await silo.KillForGoodAsync();
        await scenario.AcknowledgedEverywhereAsync();
        silo.Start();
        await silo.UntilReadyAsync();
    }

    /// <summary>kill -9, and it is back after a moment: as another member of the cluster, at the same address.</summary>
    public static async Task CrashSiloAsync(Scenario scenario)
    {
        scenario.AnyOf(scenario.Cluster.Silos).Kill();
        await scenario.AcknowledgedEverywhereAsync();
    }

    /// <summary>kill -9, and it is not back before everybody has come back through the others.</summary>
    public static async Task KillGatewayAsync(Scenario scenario)
    {
        var gateway = scenario.AnyOf(scenario.Cluster.Gateways);
        await gateway.KillForGoodAsync();
        await scenario.Crowd.UntilBackAsync(without: gateway.Address);
        await scenario.AcknowledgedEverywhereAsync();
        gateway.Start();
        await gateway.UntilReadyAsync();
    }

    /// <summary>kill -9, and it is back after a moment.</summary>
    public static async Task CrashGatewayAsync(Scenario scenario)
    {
        scenario.AnyOf(scenario.Cluster.Gateways).Kill();
        await scenario.AcknowledgedEverywhereAsync();
    }

    /// <summary>SIGSTOP, and SIGCONT when it is too late: it wakes in the middle of what it was doing, and is a zombie.</summary>
    public static async Task StopSiloForAWhileAsync(Scenario scenario)
    {
        var silo = scenario.AnyOf(scenario.Cluster.Silos);
        var endings = silo.Endings.Count;
        var dead = await scenario.Cluster.CountDeadSilosAsync();
        silo.Pause();
        // However long that takes: the others have voted it dead and taken over its rooms.
        await Patience.UntilAsync(async () => await scenario.Cluster.CountDeadSilosAsync() > dead ? null : $"{silo.Name} is not voted dead");
        await scenario.AcknowledgedEverywhereAsync();
        silo.Resume();
        await silo.UntilEndedAsync(endings + 1);
        Assert.NotEqual(0, silo.Endings[endings]);
        await scenario.AcknowledgedEverywhereAsync();
    }

    /// <summary>kill -9 of all silos at once, and for a while there is none. The gateways have nothing to do but wait.</summary>
    public static async Task LoseAllSilosAsync(Scenario scenario)
    {
        var endings = scenario.Cluster.Gateways.Sum(gateway => gateway.Endings.Count);
        await Task.WhenAll(scenario.Cluster.Silos.Select(silo => silo.KillForGoodAsync()));
        foreach (var gateway in scenario.Cluster.Gateways)
            await Patience.UntilAsync(async () => await gateway.IsReadyAsync() ? $"{gateway.Name} believes to be ready" : null);
        await Scenario.PassAsync(WithoutSilos);
        foreach (var silo in scenario.Cluster.Silos) silo.Start();
        await scenario.AcknowledgedEverywhereAsync();
        Assert.Equal(endings, scenario.Cluster.Gateways.Sum(gateway => gateway.Endings.Count));
    }

    public static async Task RestartPostgresAsync(Scenario scenario)
    {
        await scenario.Cluster.Postgres.StopAsync();
        await scenario.Cluster.Postgres.StartAgainAsync();
        await scenario.AcknowledgedEverywhereAsync();
    }

    public static async Task KillPostgresAsync(Scenario scenario)
    {
        await scenario.Cluster.Postgres.KillAsync();
        await scenario.Cluster.Postgres.StartAgainAsync();
        await scenario.AcknowledgedEverywhereAsync();
    }

    /// <summary>Everybody's connection is cut, for two seconds; then there is peace until the next time.</summary>
    public static async Task CutEveryConnectionAsync(Scenario scenario)
    {
        foreach (var client in scenario.Crowd.Present.ToList()) client.Leave(Scenario.PassAsync(Offline));
        await Scenario.PassAsync(BetweenCuts);
        // The next cut shall find nobody who has yet to come back from this one.
        await scenario.Crowd.UntilBackAsync();
    }

    /// <summary>A deployment: one process after the other is asked to end, and the next is touched when it is back and ready.</summary>
    public static async Task RollAsync(Scenario scenario)
    {
        foreach (var process in scenario.Cluster.Silos.Concat(scenario.Cluster.Gateways))
        {
            var code = await process.StopAsync();
            if (code != 0) scenario.Crowd.Violations.Note($"{process.Name} was asked to end, and did with {code}");
            process.Start();
            await process.UntilReadyAsync();
        }

        await scenario.AcknowledgedEverywhereAsync();
    }

    /// <summary>Any of these.</summary>
    public static Task AnyAsync(Scenario scenario) => scenario.AnyOf<Func<Scenario, Task>>(
    [
        KillSiloAsync, CrashSiloAsync, KillGatewayAsync, CrashGatewayAsync, LoseAllSilosAsync, StopSiloForAWhileAsync, RestartPostgresAsync,
        KillPostgresAsync, CutEveryConnectionAsync, RollAsync,
    ])(scenario);
}
