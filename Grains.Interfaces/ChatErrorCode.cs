namespace OrleansChat;

/// <summary>The closed list of reasons for which a command is refused; on the wire in snake_case.</summary>
public enum ChatErrorCode
{
    /// <summary>The frame is not one JSON object, or names a field twice.</summary>
    BadJson,

    /// <summary>No command has this <c>type</c>.</summary>
    UnknownType,

    /// <summary>A field that the command needs is absent.</summary>
    MissingField,

    /// <summary>A field has the wrong type or an impossible value.</summary>
    BadField,

    /// <summary>The text, or the data beside it, is over the limit.</summary>
    TextTooLong,

    /// <summary>The command needs membership of this public room.</summary>
    NotMember,

    /// <summary>There is no such room, or it is a private one of which this user must not learn.</summary>
    NoSuchRoom,

    /// <summary>The user's role does not allow it.</summary>
    Forbidden,

    /// <summary>The user is banned from the room.</summary>
    Banned,

    /// <summary>The user may read the room but not write to it.</summary>
    Muted,

    /// <summary>Too many commands; try again after the given time.</summary>
    RateLimited,

    /// <summary>The key was used before by this sender in this room, for another message.</summary>
    KeyReused,

    /// <summary>The room or its store cannot answer at the moment; the same command may succeed later.</summary>
    Unavailable,

    /// <summary>A fault of the server.</summary>
    Internal,

    /// <summary>There is no token, or none that is valid (any more).</summary>
    Unauthorized,

    /// <summary>An administrator keeps the user out of the server.</summary>
    Suspended,

    /// <summary>One of the two users of a direct room has blocked the other.</summary>
    Blocked,

    /// <summary>The room is archived: it can be read, and nothing can be said in it.</summary>
    Archived,

    /// <summary>A room's last owner has to make somebody else one first.</summary>
    LastOwner,
}
