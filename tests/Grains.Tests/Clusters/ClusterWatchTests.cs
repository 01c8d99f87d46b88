using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Rooms;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Clusters;

public sealed class ClusterWatchTests(DyingCluster cluster) : IClassFixture<DyingCluster>
{
    [Fact]
    public async Task A_gateway_is_told_of_silos_that_come_leave_and_die()
    {
        var all = await SeeAsync(view => view.Active.Length == 3);
        Assert.Equal(cluster.Silos.Silos.Select(silo => silo.SiloAddress.ToParsableString()).Order(), all.Active.Order());
        // Of what all of them know, none has news.
        await Eventually.TrueAsync(() => cluster.Silos.Silos.All(silo => VersionOf(silo) == all.Version), "all know of all");
        Assert.Equal(all.Version, (await Sending.SurelyAsync(() => Watch().Watch(all.Version))).Version);

        var killed = cluster.Silos.Silos[2];
        await cluster.Silos.KillSiloAsync(killed);
        var fewer = await SeeAsync(view => view.Active.Length == 2, all);
        Assert.True(fewer.Version > all.Version, $"{fewer.Version} comes after {all.Version}");
        Assert.DoesNotContain(killed.SiloAddress.ToParsableString(), fewer.Active.Concat(fewer.Changing));

        await cluster.Silos.StartAdditionalSiloAsync();
        var again = await SeeAsync(view => view.Active.Length == 3, fewer);

        // It cannot be gone before it has been seen to leave: it waits for what is on its way to the disk.
        var room = cluster.Room(cluster.Name("room"));
        await Sending.SurelyAsync(() => room.Join("alice", null));
        var silo = cluster.SiloOf(room)!;
        var stopping = silo.SiloAddress.ToParsableString();
        using var gate = await cluster.Temp.HoldWriterAsync("");
        var sending = Sending.SurelyAsync(() => room.SendAsync("alice", "hi", "k"));
        await Sending.SurelyAsync(() => room.Describe(new Actor("alice")));
        var stop = cluster.Silos.StopSiloAsync(silo);
        var leaving = await SeeAsync(view => view.Changing.Contains(stopping), again);
        Assert.DoesNotContain(stopping, leaving.Active);
        gate.Open();
        await stop;
        var gone = await SeeAsync(view => !view.Changing.Contains(stopping), leaving);
        Assert.DoesNotContain(stopping, gone.Active);
        Assert.Equal(1, (await sending).Seq);
        await cluster.Silos.StartAdditionalSiloAsync();
    }

    [Fact]
    public async Task An_answer_to_a_renewal_names_the_silo_as_the_membership_does()
    {
        var room = cluster.Room(cluster.Name("room"));
        await Sending.SurelyAsync(() => room.Join("alice", null));
        var gateway = cluster.Reference(new FakeGateway());
        var status = await Sending.SurelyAsync(() => room.Renew(
            new RouteRenewal("r1", 1, "g", gateway, -1, Full: true, ["alice"], [], WantPresence: false)));
        Assert.Equal(cluster.SiloOf(room)!.SiloAddress.ToParsableString(), status.Silo);
        await SeeAsync(view => view.Active.Contains(status.Silo) && !view.Changing.Contains(status.Silo));
    }

    private IClusterWatchGrain Watch(long key = 0) => cluster.Grains.GetGrain<IClusterWatchGrain>(key);

    private static long VersionOf(InProcessSiloHandle silo) =>
        silo.SiloHost.Services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.Version.Value;

    // As a gateway does: the next question names what the last answer said, and one that fails is put to another silo. One
    // that has not heard of it yet answers with what it knows, which is no news.
    private async Task<ClusterView> SeeAsync(Predicate<ClusterView> isSeen, ClusterView? after = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var view = after ?? new ClusterView(0, [], []);
        for (var key = 0L; !isSeen(view); key++)
        {
            try
            {
                var told = await Watch(key).Watch(view.Version).WaitAsync(limit.Token);
                if (told.Version > view.Version) view = told;
            }
            catch (Exception error) when (Sending.IsTransient(error))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
            }
        }

        return view;
    }
}
