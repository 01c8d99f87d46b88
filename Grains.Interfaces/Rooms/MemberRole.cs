namespace OrleansChat.Rooms;

/// <summary>What a member may do in a room, least first.</summary>
public enum MemberRole
{
    /// <summary>Read and write.</summary>
    Member = 1,

    /// <summary>Also invite, kick, ban and mute members, and set the topic.</summary>
    Moderator = 2,

    /// <summary>Also do so to moderators, give roles, and archive the room.</summary>
    Owner = 3,
}
