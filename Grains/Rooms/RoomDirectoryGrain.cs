using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>Lists rooms and blocked users.</summary>
[StatelessWorker]
[Reentrant]
internal sealed class RoomDirectoryGrain(IChatReader reader) : Grain, IRoomDirectoryGrain
{
    public Task<RoomListing> List(Actor by, string? query, string? after, int limit, ImmutableArray<string>? within = null) =>
        reader.ListRoomsAsync(by, query, after, limit, within);

    public Task<BlockPage> Blocks(string user, string? after, int limit) => reader.ListBlocksAsync(user, after, limit);

    // No room and no user has such an id; it is looked for all the same.
    public Task Probe() => reader.FindStandingAsync(room: "", user: "");
}
