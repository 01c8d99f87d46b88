namespace OrleansChat.Rooms;

/// <summary>What one user does to the membership of another.</summary>
/// <param name="By">Who does it.</param>
/// <param name="Action">What.</param>
/// <param name="User">To whom.</param>
/// <param name="Until">When a ban or a mute ends; for good when absent.</param>
[GenerateSerializer, Immutable, Alias("chat.moderation")]
public sealed record Moderation(
    [property: Id(0)] string By,
    [property: Id(1)] ModerationAction Action,
    [property: Id(2)] string User,
    [property: Id(3)] DateTimeOffset? Until = null);

/// <summary>The kinds of <see cref="Moderation"/>.</summary>
public enum ModerationAction
{
    /// <summary>Make the user a member.</summary>
    Invite = 1,

    /// <summary>End the user's membership; in a public room they may come back.</summary>
    Kick = 2,

    /// <summary>End the user's membership and refuse them until it is lifted or over.</summary>
    Ban = 3,

    /// <summary>Lift a ban.</summary>
    Unban = 4,

    /// <summary>Let the user read but not write.</summary>
    Mute = 5,

    /// <summary>Lift a mute.</summary>
    Unmute = 6,
}
