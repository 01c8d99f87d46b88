namespace OrleansChat.Rooms;

/// <summary>
/// One entry of a room's log. Once committed it never changes, and its <paramref name="Seq"/> never means another.
/// </summary>
/// <param name="Seq">Its place: 1, 2, 3 … in each room, without gaps.</param>
/// <param name="Kind">What it is.</param>
/// <param name="From">The user who sent it, or did it.</param>
/// <param name="Name">That user's display name when it was sent, if there was one.</param>
/// <param name="Text">The text, in UTF-16; never with U+0000. What it means depends on the kind.</param>
/// <param name="At">When it was committed, UTC, in whole milliseconds; never earlier than the event before it.</param>
/// <param name="Key">The sender's key, unique to the sender in this room.</param>
/// <param name="ReplyTo">The seq that it answers.</param>
/// <param name="Data">An object of the application's own, as JSON text.</param>
[GenerateSerializer, Immutable, Alias("chat.event")]
public sealed record RoomEvent(
    [property: Id(0)] long Seq,
    [property: Id(1)] RoomEventKind Kind,
    [property: Id(2)] string From,
    [property: Id(3)] string? Name,
    [property: Id(4)] string Text,
    [property: Id(5)] DateTimeOffset At,
    [property: Id(6)] string? Key,
    [property: Id(7)] long? ReplyTo,
    [property: Id(8)] string? Data);
