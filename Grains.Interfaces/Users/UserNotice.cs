using OrleansChat.Rooms;

namespace OrleansChat.Users;

/// <summary>A change of a user's memberships, for the user's connections.</summary>
/// <param name="User">The user.</param>
/// <param name="Version">
/// The number of changes since the user's activation began, this one included; a gateway that misses one reads the
/// list of rooms again.
/// </param>
/// <param name="Change">What changed.</param>
[GenerateSerializer, Immutable, Alias("chat.user-notice")]
public sealed record UserNotice(
    [property: Id(0)] string User,
    [property: Id(1)] long Version,
    [property: Id(2)] RoomChange Change);

/// <summary>A room was added to a user's list, or removed from it.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Entry">The room as it stands in the list now; none when it was removed.</param>
/// <param name="Connection">The connection that did it and knows already, if one did.</param>
[GenerateSerializer, Immutable, Alias("chat.room-change")]
public sealed record RoomChange(
    [property: Id(0)] string Room,
    [property: Id(1)] RoomEntry? Entry,
    [property: Id(2)] string? Connection);
