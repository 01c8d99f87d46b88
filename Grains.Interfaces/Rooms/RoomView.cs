namespace OrleansChat.Rooms;

/// <summary>A room as a member sees it on entering.</summary>
/// <param name="Entry">The room and this member's place in it.</param>
/// <param name="Log">The incarnation of its log: another one after the room was deleted and made anew.</param>
/// <param name="Topic">What it is about, if somebody said so.</param>
/// <param name="Epoch">The fence of the activation that answered. A gateway that knows an older one renews its route.</param>
[GenerateSerializer, Immutable, Alias("chat.room-view")]
public sealed record RoomView(
    [property: Id(0)] RoomEntry Entry,
    [property: Id(1)] string Log,
    [property: Id(2)] string? Topic,
    [property: Id(3)] long Epoch);
