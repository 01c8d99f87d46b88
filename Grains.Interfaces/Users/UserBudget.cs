namespace OrleansChat.Users;

/// <summary>What a user may do only so often, counted for all gateways together.</summary>
public enum UserBudget
{
    /// <summary>Commands, of whatever kind.</summary>
    Commands,

    /// <summary>Rooms that come into being because the user creates or joins them.</summary>
    RoomsCreated,

    /// <summary>Users whom the user invites.</summary>
    MembersInvited,

    /// <summary>Direct rooms that come into being because the user speaks first.</summary>
    DirectRoomsOpened,

    /// <summary>Rooms looked for by a part of their id or topic, which reads all of them.</summary>
    Searches,
}
