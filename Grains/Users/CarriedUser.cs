using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Limits;
using OrleansChat.Users;

namespace OrleansChat.Grains.Users;

/// <summary>What a user takes along to another silo, so that no gateway has to read the list of rooms again.</summary>
/// <param name="Version">The version of the last notice.</param>
/// <param name="Connections">The connections.</param>
/// <param name="Budgets">The budgets that are not full; none from a silo that knew of none.</param>
[GenerateSerializer, Immutable, Alias("chat.carried-user")]
internal sealed record CarriedUser(
    [property: Id(0)] long Version,
    [property: Id(1)] ImmutableArray<CarriedConnection> Connections,
    [property: Id(2)] ImmutableArray<CarriedBudget> Budgets);

/// <summary>A connection on its way to another silo.</summary>
/// <param name="Connection">Its id.</param>
/// <param name="Gateway">The gateway that holds it.</param>
/// <param name="Observer">Where that gateway takes notices.</param>
/// <param name="Age">How long ago its lease was renewed: moving prolongs no lease.</param>
/// <param name="Since">Since when it has been known.</param>
[GenerateSerializer, Immutable, Alias("chat.carried-connection")]
internal sealed record CarriedConnection(
    [property: Id(0)] string Connection,
    [property: Id(1)] string Gateway,
    [property: Id(2)] IGatewayObserver Observer,
    [property: Id(3)] TimeSpan Age,
    [property: Id(4)] DateTimeOffset Since);

/// <summary>A budget on its way to another silo.</summary>
/// <param name="Budget">Which.</param>
/// <param name="Rate">Its size, and how fast it fills.</param>
/// <param name="Missing">In how long it would be full.</param>
[GenerateSerializer, Immutable, Alias("chat.carried-budget")]
internal sealed record CarriedBudget(
    [property: Id(0)] UserBudget Budget,
    [property: Id(1)] TokenRate Rate,
    [property: Id(2)] TimeSpan Missing);
