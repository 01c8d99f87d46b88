namespace OrleansChat.Rooms;

/// <summary>The kinds of sequenced event.</summary>
public enum RoomEventKind
{
    /// <summary>Somebody said something.</summary>
    Message = 1,
}
