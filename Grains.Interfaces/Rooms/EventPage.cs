using System.Collections.Immutable;

namespace OrleansChat.Rooms;

/// <summary>A stretch of a room's log.</summary>
/// <param name="Events">Ascending and without gaps.</param>
/// <param name="More">Whether there is more in the direction that was asked for.</param>
[GenerateSerializer, Immutable, Alias("chat.event-page")]
public sealed record EventPage(
    [property: Id(0)] ImmutableArray<RoomEvent> Events,
    [property: Id(1)] bool More);
