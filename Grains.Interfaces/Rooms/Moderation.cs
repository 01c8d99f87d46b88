namespace OrleansChat.Rooms;

/// <summary>What one user does to the membership of another.</summary>
/// <param name="By">Who does it.</param>
/// <param name="Action">What.</param>
/// <param name="User">To whom.</param>
/// <param name="Until">When a ban or a mute ends; for good when absent.</param>
/// <param name="Reason">Why, for the audit: at most <see cref="RoomRules.ReasonLength"/> characters, no control characters.</param>
/// <param name="Role">The role that <see cref="ModerationAction.Role"/> gives.</param>
/// <param name="IsAdministrator">Whether who does it is one: they need no membership and no role.</param>
[GenerateSerializer, Immutable, Alias("chat.moderation")]
public sealed record Moderation(
    [property: Id(0)] string By,
    [property: Id(1)] ModerationAction Action,
    [property: Id(2)] string User,
    [property: Id(3)] DateTimeOffset? Until = null,
    [property: Id(4)] string? Reason = null,
    [property: Id(5)] MemberRole? Role = null,
    [property: Id(6)] bool IsAdministrator = false);

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

    /// <summary>Give the user another role.</summary>
    Role = 7,
}
