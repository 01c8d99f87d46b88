using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Rooms;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Clusters;

public sealed class ClusterWatchTests(MovingCluster cluster) : IClassFixture<MovingCluster>
{
    [Fact]
    public async Task A_gateway_is_told_of_silos_that_come_leave_and_die()
    {
        var all = await SeeAsync(view => view.Active.Length == 3);
        Assert.Equal(cluster.Silos.Silos.Select(silo => silo.SiloAddress.ToParsableString()).Order(), all.Active.Order());
        Assert.Equal(all.Version, (await Watch().Watch(all.Version)).Version);

        var killed = cluster.Silos.Silos[2];
        await cluster.Silos.KillSiloAsync(killed);
        var fewer = await SeeAsync(view => view.Active.Length == 2);
        Assert.True(fewer.Version > all.Version, $"{fewer.Version} comes after {all.Version}");
        Assert.DoesNotContain(killed.SiloAddress.ToParsableString(), fewer.Active.Concat(fewer.Changing));

        await cluster.Silos.StartAdditionalSiloAsync();
        await SeeAsync(view => view.Active.Length == 3);
        var stopping = cluster.Silos.Silos[1].SiloAddress.ToParsableString();
        var leaving = SeeAsync(view => view.Changing.Contains(stopping));
        await cluster.Silos.StopSiloAsync(cluster.Silos.Silos[1]);
        Assert.DoesNotContain(stopping, (await leaving).Active);
        var gone = await SeeAsync(view => !view.Changing.Contains(stopping));
        Assert.DoesNotContain(stopping, gone.Active);
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
        var view = await SeeAsync(view => view.Active.Contains(status.Silo));
        Assert.DoesNotContain(status.Silo, view.Changing);
    }

    private IClusterWatchGrain Watch(long key = 0) => cluster.Grains.GetGrain<IClusterWatchGrain>(key);

    // As a gateway does: the next question names what the last answer said, and one that fails is put to another silo.
    private async Task<ClusterView> SeeAsync(Predicate<ClusterView> isSeen)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var view = new ClusterView(0, [], []);
        for (var key = 0L; !isSeen(view); key++)
        {
            try
            {
                view = await Watch(key).Watch(view.Version).WaitAsync(limit.Token);
            }
            catch (Exception error) when (Sending.IsTransient(error))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
            }
        }

        return view;
    }
}
