namespace OrleansChat.Rooms;

/// <summary>Who may enter a room.</summary>
public enum RoomKind
{
    /// <summary>Anyone; it is listed, and comes into being when it is first joined.</summary>
    Public = 1,

    /// <summary>Those whom an owner or moderator invited; to all others it does not exist.</summary>
    Private = 2,

    /// <summary>The two users whom its id names.</summary>
    Direct = 3,
}
