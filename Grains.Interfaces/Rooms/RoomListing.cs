using System.Collections.Immutable;

namespace OrleansChat.Rooms;

/// <summary>A page of the rooms that a user may see, in the order of their ids.</summary>
/// <param name="Rooms">The rooms.</param>
/// <param name="More">Whether there are more after the last of them.</param>
[GenerateSerializer, Immutable, Alias("chat.room-listing")]
public sealed record RoomListing(
    [property: Id(0)] ImmutableArray<ListedRoom> Rooms,
    [property: Id(1)] bool More);

/// <summary>A room in a listing.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Kind">Who may enter it.</param>
/// <param name="Topic">What it is about, if somebody said so.</param>
/// <param name="Members">How many members it has.</param>
/// <param name="LastSeq">The seq of its newest event.</param>
/// <param name="Role">The role of the user who asked; none when not a member.</param>
/// <param name="ReadSeq">How far that user has read.</param>
/// <param name="Archived">Whether it can only be read.</param>
[GenerateSerializer, Immutable, Alias("chat.listed-room")]
public sealed record ListedRoom(
    [property: Id(0)] string Room,
    [property: Id(1)] RoomKind Kind,
    [property: Id(2)] string? Topic,
    [property: Id(3)] long Members,
    [property: Id(4)] long LastSeq,
    [property: Id(5)] MemberRole? Role,
    [property: Id(6)] long ReadSeq,
    [property: Id(7)] bool Archived = false);
