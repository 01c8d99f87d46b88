using System.Collections.Immutable;

namespace OrleansChat.Rooms;

/// <summary>Lists rooms and blocked users, in as many activations as it takes. The key is 0.</summary>
[Alias("chat.IRoomDirectoryGrain")]
public interface IRoomDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Public rooms and those of the user who asks; for administrators the private ones of others too.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="query">A part of the room's id or topic, in any case; all rooms when absent.</param>
    /// <param name="after">The last id of the page before.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="within">The rooms that may be listed, for a token that is limited to them; all when absent.</param>
    [Alias("List")]
    Task<RoomListing> List(Actor by, string? query, string? after, int limit, ImmutableArray<string>? within = null);

    /// <summary>The users whom a user has blocked.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="after">The last id of the page before.</param>
    /// <param name="limit">How many at most.</param>
    [Alias("Blocks")]
    Task<BlockPage> Blocks(string user, string? after, int limit);

    /// <summary>Ends when the store has answered what every message has to ask it: who somebody is in a room. Costs next to nothing.</summary>
    [Alias("Probe")]
    Task Probe();
}
