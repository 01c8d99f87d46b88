using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api.Answers;

/// <summary>The gateways that there are, in the order of their names.</summary>
/// <param name="Gateways">The gateways, as each reported within the last ten seconds.</param>
internal sealed record GatewayList(ImmutableArray<GatewayStatus> Gateways);

/// <summary>How much there is of everything: what is there now as the gateways reported within the last ten seconds.</summary>
/// <param name="Silos">How many silos hold grains.</param>
/// <param name="Gateways">How many gateways there are.</param>
/// <param name="Connections">How many connections they serve.</param>
/// <param name="Users">How many users these belong to; one with connections to two gateways counts twice.</param>
/// <param name="ActiveRooms">How many rooms are in memory: all that somebody is in or was in a few minutes ago.</param>
/// <param name="Stored">How much is stored; absent while the store cannot count.</param>
internal sealed record ServerCounts(
    int Silos, int Gateways, long Connections, long Users, long ActiveRooms, StoredCounts? Stored);

/// <summary>A gateway that lets its clients go.</summary>
/// <param name="Gateway">The gateway's name.</param>
/// <param name="Draining">True.</param>
internal sealed record DrainBegun(string Gateway, bool Draining);
