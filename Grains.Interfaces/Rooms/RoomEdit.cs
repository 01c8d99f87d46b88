namespace OrleansChat.Rooms;

/// <summary>A change of a room as a whole, which becomes an event of its log.</summary>
/// <param name="By">Who does it.</param>
/// <param name="Name">That user's display name, if any.</param>
/// <param name="Kind">What.</param>
/// <param name="Text">The new topic; none clears it.</param>
/// <param name="Reason">Why, for the room and the audit.</param>
[GenerateSerializer, Immutable, Alias("chat.room-edit")]
public sealed record RoomEdit(
    [property: Id(0)] Actor By,
    [property: Id(1)] string? Name,
    [property: Id(2)] RoomEditKind Kind,
    [property: Id(3)] string? Text = null,
    [property: Id(4)] string? Reason = null);

/// <summary>The kinds of <see cref="RoomEdit"/>.</summary>
public enum RoomEditKind
{
    /// <summary>Say what the room is about.</summary>
    Topic = 1,

    /// <summary>Let nothing more be said in it.</summary>
    Archive = 2,

    /// <summary>Take it out of the archive.</summary>
    Restore = 3,
}
