using System.Collections.Immutable;

namespace OrleansChat.Gateways;

/// <summary>
/// Tells gateways which silos there are: a client of the cluster has no membership of its own. Any silo answers from
/// what it knows; the key only spreads the calls, so that one that failed is made to another silo.
/// </summary>
[Alias("chat.IClusterWatchGrain")]
public interface IClusterWatchGrain : IGrainWithIntegerKey
{
    /// <summary>Answers when the membership is a later one than this version, or after two seconds as it is.</summary>
    /// <param name="known">The version that the caller has; 0 if none.</param>
    [Alias("Watch"), ResponseTimeout("00:00:05")]
    Task<ClusterView> Watch(long known);

    /// <summary>Counts what the silos hold.</summary>
    [Alias("Count")]
    Task<ClusterCounts> Count();
}

/// <summary>What the silos hold now.</summary>
/// <param name="Silos">How many silos take grains.</param>
/// <param name="ActiveRooms">How many rooms are in their memories.</param>
[GenerateSerializer, Immutable, Alias("chat.cluster-counts")]
public sealed record ClusterCounts([property: Id(0)] int Silos, [property: Id(1)] long ActiveRooms);

/// <summary>The silos that hold grains, as one of them sees it.</summary>
/// <param name="Version">The membership's version; it grows with each change.</param>
/// <param name="Active">Those that take grains, by the names that <see cref="Rooms.RouteStatus.Silo"/> has.</param>
/// <param name="Changing">
/// Those that are starting, or stop in good order: their rooms are moving. They are not gone, and somebody who sees a
/// later membership than this one may have found a room on one that is starting here.
/// </param>
[GenerateSerializer, Immutable, Alias("chat.cluster-view")]
public sealed record ClusterView(
    [property: Id(0)] long Version,
    [property: Id(1)] ImmutableArray<string> Active,
    [property: Id(2)] ImmutableArray<string> Changing);
