using System.Collections.Immutable;
using OrleansChat.Gateways;

namespace OrleansChat.Rooms;

/// <summary>
/// A gateway's word to a room: deliver here, I have everything up to this cursor, and these users listen through me.
/// One call registers a route, keeps it alive, and finds what a lost batch or a moved room left out.
/// </summary>
/// <param name="Route">This route's id, made by the gateway, never used twice.</param>
/// <param name="Number">
/// 1, 2, 3 … for this route. One that was overtaken by a later one changes nothing; a room that has missed one asks for
/// all of it.
/// </param>
/// <param name="Gateway">The gateway process, for people who read logs.</param>
/// <param name="Observer">Where to deliver.</param>
/// <param name="Cursor">The last seq that the gateway has; -1 when it has yet to learn where the room stands.</param>
/// <param name="Full">Whether <paramref name="Arrived"/> is everyone on this route, and not only who is new.</param>
/// <param name="Arrived">Users who listen through this route since the last renewal.</param>
/// <param name="Departed">Users who no longer do.</param>
/// <param name="WantPresence">Whether the answer shall say who is online.</param>
[GenerateSerializer, Immutable, Alias("chat.route-renewal")]
public sealed record RouteRenewal(
    [property: Id(0)] string Route,
    [property: Id(1)] long Number,
    [property: Id(2)] string Gateway,
    [property: Id(3)] IGatewayObserver Observer,
    [property: Id(4)] long Cursor,
    [property: Id(5)] bool Full,
    [property: Id(6)] ImmutableArray<string> Arrived,
    [property: Id(7)] ImmutableArray<string> Departed,
    [property: Id(8)] bool WantPresence);

/// <summary>A room's answer to <see cref="RouteRenewal"/>.</summary>
/// <param name="Known">
/// Whether the room knew the route and had missed no renewal of it. If not, and the renewal was not full, nothing has
/// changed: renew again, in full.
/// </param>
/// <param name="Log">The incarnation of the room's log.</param>
/// <param name="Epoch">The activation's fence.</param>
/// <param name="LastSeq">The seq of the newest committed event.</param>
/// <param name="PresenceVersion">The number of the newest presence signal of this activation.</param>
/// <param name="Presence">Who is online, if that was asked for.</param>
/// <param name="Silo">The silo that the activation is on.</param>
[GenerateSerializer, Immutable, Alias("chat.route-status")]
public sealed record RouteStatus(
    [property: Id(0)] bool Known,
    [property: Id(1)] string Log,
    [property: Id(2)] long Epoch,
    [property: Id(3)] long LastSeq,
    [property: Id(4)] long PresenceVersion,
    [property: Id(5)] PresenceSnapshot? Presence,
    [property: Id(6)] string Silo);

/// <summary>Who is online in a room.</summary>
/// <param name="Online">How many users.</param>
/// <param name="Users">
/// Which ones, in the order of their ids; none when there are more than
/// <see cref="RoomRules.NamedPresence"/>, except the first hundred in <paramref name="Sample"/>.
/// </param>
/// <param name="Sample">At most <see cref="RoomRules.PresenceSample"/> of them, whatever their number.</param>
[GenerateSerializer, Immutable, Alias("chat.presence-snapshot")]
public sealed record PresenceSnapshot(
    [property: Id(0)] int Online,
    [property: Id(1)] ImmutableArray<string>? Users,
    [property: Id(2)] ImmutableArray<string> Sample);
