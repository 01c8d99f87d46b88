namespace OrleansChat.Rooms;

/// <summary>A room as one of its members sees it in a list.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Kind">Who may enter it.</param>
/// <param name="Role">This member's role.</param>
/// <param name="LastSeq">The seq of its newest event; 0 when it has none.</param>
/// <param name="ReadSeq">How far this member has read.</param>
/// <param name="Archived">Whether the room can only be read.</param>
/// <param name="MutedUntil">Until when this member may not write; none when they may.</param>
[GenerateSerializer, Immutable, Alias("chat.room-entry")]
public sealed record RoomEntry(
    [property: Id(0)] string Room,
    [property: Id(1)] RoomKind Kind,
    [property: Id(2)] MemberRole Role,
    [property: Id(3)] long LastSeq,
    [property: Id(4)] long ReadSeq,
    [property: Id(5)] bool Archived = false,
    [property: Id(6)] DateTimeOffset? MutedUntil = null)
{
    /// <summary>How many events this member has not read.</summary>
    public long Unread => Math.Max(0, LastSeq - ReadSeq);
}
