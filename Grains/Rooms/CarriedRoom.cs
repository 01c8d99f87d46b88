using System.Collections.Immutable;
using OrleansChat.Gateways;

namespace OrleansChat.Grains.Rooms;

/// <summary>What a room takes along when it moves to another silo: all that its gateways would have to tell it anew.</summary>
/// <param name="Log">The incarnation of the log; its cursors mean nothing in another one.</param>
/// <param name="Routes">The routes.</param>
[GenerateSerializer, Immutable, Alias("chat.carried-room")]
internal sealed record CarriedRoom(
    [property: Id(0)] string Log,
    [property: Id(1)] ImmutableArray<CarriedRoute> Routes);

/// <summary>A route on its way to another silo.</summary>
/// <param name="Id">The gateway's id for it.</param>
/// <param name="Gateway">The gateway, for people who read logs.</param>
/// <param name="Observer">Where to deliver.</param>
/// <param name="Users">Who listens through it.</param>
/// <param name="Number">The last renewal's number.</param>
/// <param name="Next">The seq that it sends next; what was under way when it left is sent again, and dropped there.</param>
/// <param name="Age">How long ago it was renewed: moving prolongs no lease.</param>
/// <param name="Signals">What of typing and reading has yet to be told.</param>
[GenerateSerializer, Immutable, Alias("chat.carried-route")]
internal sealed record CarriedRoute(
    [property: Id(0)] string Id,
    [property: Id(1)] string Gateway,
    [property: Id(2)] IGatewayObserver Observer,
    [property: Id(3)] ImmutableArray<string> Users,
    [property: Id(4)] long Number,
    [property: Id(5)] long Next,
    [property: Id(6)] TimeSpan Age,
    [property: Id(7)] ImmutableArray<RoomSignal> Signals);
