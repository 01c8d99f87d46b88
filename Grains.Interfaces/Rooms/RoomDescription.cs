namespace OrleansChat.Rooms;

/// <summary>A room as it stands, for somebody who may see it without being in it.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Kind">Who may enter it.</param>
/// <param name="Topic">What it is about, if somebody said so.</param>
/// <param name="Archived">Whether it can only be read.</param>
/// <param name="Members">How many members it has.</param>
/// <param name="LastSeq">The seq of its newest event; 0 when it has none.</param>
/// <param name="Online">How many users are online in it.</param>
/// <param name="CreatedAt">When it came into being.</param>
/// <param name="Role">The role of the user who asked; none when not a member.</param>
[GenerateSerializer, Immutable, Alias("chat.room-description")]
public sealed record RoomDescription(
    [property: Id(0)] string Room,
    [property: Id(1)] RoomKind Kind,
    [property: Id(2)] string? Topic,
    [property: Id(3)] bool Archived,
    [property: Id(4)] long Members,
    [property: Id(5)] long LastSeq,
    [property: Id(6)] int Online,
    [property: Id(7)] DateTimeOffset CreatedAt,
    [property: Id(8)] MemberRole? Role);
