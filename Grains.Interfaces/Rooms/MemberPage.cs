using System.Collections.Immutable;

namespace OrleansChat.Rooms;

/// <summary>A page of a room's members, in the order of their ids.</summary>
/// <param name="Members">The members.</param>
/// <param name="More">Whether there are more after the last of them.</param>
[GenerateSerializer, Immutable, Alias("chat.member-page")]
public sealed record MemberPage(
    [property: Id(0)] ImmutableArray<MemberEntry> Members,
    [property: Id(1)] bool More);

/// <summary>A member as others see it in a list.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Name">The display name, if any.</param>
/// <param name="Role">The role in this room.</param>
/// <param name="Online">Whether a connection of this user is subscribed to the room now.</param>
/// <param name="MutedUntil">Until when they may not write; none when they may, or when it is not for whoever asks to know.</param>
[GenerateSerializer, Immutable, Alias("chat.member-entry")]
public sealed record MemberEntry(
    [property: Id(0)] string User,
    [property: Id(1)] string? Name,
    [property: Id(2)] MemberRole Role,
    [property: Id(3)] bool Online,
    [property: Id(4)] DateTimeOffset? MutedUntil = null);
