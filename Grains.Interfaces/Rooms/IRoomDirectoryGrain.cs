namespace OrleansChat.Rooms;

/// <summary>Lists rooms, in as many activations as it takes. The key is 0.</summary>
[Alias("chat.IRoomDirectoryGrain")]
public interface IRoomDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Public rooms and those of this user.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="query">A part of the room's id or topic, in any case; all rooms when absent.</param>
    /// <param name="after">The last id of the page before.</param>
    /// <param name="limit">How many at most.</param>
    [Alias("List")]
    Task<RoomListing> List(string user, string? query, string? after, int limit);
}
