namespace OrleansChat.Rooms;

/// <summary>The kinds of sequenced event.</summary>
public enum RoomEventKind
{
    /// <summary>Somebody said something.</summary>
    Message = 1,

    /// <summary>The topic is now the event's text, or there is none any more.</summary>
    Topic = 2,

    /// <summary>From here on the room can only be read. The text is why, if that was said.</summary>
    Archived = 3,

    /// <summary>The room is out of the archive again. The text is why, if that was said.</summary>
    Restored = 4,
}
