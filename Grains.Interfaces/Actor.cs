namespace OrleansChat;

/// <summary>
/// Who asks for something. Administrators are bound by no role and need no membership, except in direct rooms, which
/// belong to their two users alone.
/// </summary>
/// <param name="User">The user's id.</param>
/// <param name="IsAdministrator">Whether the server, and not a room, gave this user the right.</param>
[GenerateSerializer, Immutable, Alias("chat.actor")]
public sealed record Actor(
    [property: Id(0)] string User,
    [property: Id(1)] bool IsAdministrator = false);
