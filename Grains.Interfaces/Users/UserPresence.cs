namespace OrleansChat.Users;

/// <summary>Whether a user is there.</summary>
/// <param name="User">The user.</param>
/// <param name="Name">The display name, if there is one.</param>
/// <param name="Online">Whether a connection of theirs is open now, on whichever gateway.</param>
[GenerateSerializer, Immutable, Alias("chat.user-presence")]
public sealed record UserPresence(
    [property: Id(0)] string User,
    [property: Id(1)] string? Name,
    [property: Id(2)] bool Online);
