using System.Collections.Immutable;
using OrleansChat.Rooms;

namespace OrleansChat.Gateways;

/// <summary>
/// What a room has to tell a gateway. Two batches of one route are never under way at once; a receiver nevertheless
/// trusts the seqs and not the order of arrival.
/// </summary>
/// <param name="Route">The route that it is for.</param>
/// <param name="Room">The room.</param>
/// <param name="Log">The incarnation of the room's log.</param>
/// <param name="Epoch">The fence of the activation that sent it.</param>
/// <param name="LastSeq">The newest committed seq. Beyond the last of <paramref name="Events"/>: pull the rest.</param>
/// <param name="Events">Ascending and without gaps; possibly none.</param>
/// <param name="Signals">Presence, typing and read cursors.</param>
/// <param name="Ended">
/// Whether the activation of this epoch has ended, and with it what it knew of the route: renew, unless there was an
/// answer from a later one already.
/// </param>
[GenerateSerializer, Immutable, Alias("chat.room-batch")]
public sealed record RoomBatch(
    [property: Id(0)] string Route,
    [property: Id(1)] string Room,
    [property: Id(2)] string Log,
    [property: Id(3)] long Epoch,
    [property: Id(4)] long LastSeq,
    [property: Id(5)] ImmutableArray<RoomEvent> Events,
    [property: Id(6)] ImmutableArray<RoomSignal> Signals,
    [property: Id(7)] bool Ended = false);
