using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansChat.Gateways;
using OrleansChat.Grains.Rooms;

namespace OrleansChat.Grains.Moving;

/// <summary>Waits for changes of the membership on behalf of gateways. It runs on the silo that is asked.</summary>
[StatelessWorker]
[Reentrant]
internal sealed class ClusterWatchGrain(IClusterMembershipService membership, TimeProvider clock) : Grain, IClusterWatchGrain
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<ClusterView> Watch(long known)
    {
        // A silo that is told to stop changes the membership by that, so that nobody waits here for longer than it lives.
        using var patience = new CancellationTokenSource(Patience, clock);
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(patience.Token))
            {
                if (snapshot.Version.Value > known) return View(snapshot);
            }
        }
        catch (OperationCanceledException)
        {
            // Nothing has changed.
        }

        return View(membership.CurrentSnapshot);
    }

    public async Task<ClusterCounts> Count()
    {
        var rooms = typeof(RoomGrain).FullName!;
        var statistics = await GrainFactory.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return new ClusterCounts(
            membership.CurrentSnapshot.Members.Values.Count(member => member.Status == SiloStatus.Active),
            statistics.Where(one => one.GrainType.StartsWith(rooms, StringComparison.Ordinal)).Sum(one => (long)one.ActivationCount));
    }

    private static ClusterView View(ClusterMembershipSnapshot snapshot)
    {
        return new ClusterView(
            snapshot.Version.Value,
            Names(SiloStatus.Active),
            [.. Names(SiloStatus.Joining), .. Names(SiloStatus.ShuttingDown), .. Names(SiloStatus.Stopping)]);

        ImmutableArray<string> Names(SiloStatus status) =>
            [.. snapshot.Members.Values.Where(m => m.Status == status).Select(m => m.SiloAddress.ToParsableString())];
    }
}
