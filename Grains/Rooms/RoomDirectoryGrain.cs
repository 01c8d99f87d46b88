using Orleans.Concurrency;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>Lists rooms.</summary>
[StatelessWorker]
[Reentrant]
internal sealed class RoomDirectoryGrain(IChatReader reader) : Grain, IRoomDirectoryGrain
{
    public Task<RoomListing> List(string user, string? query, string? after, int limit) =>
        reader.ListRoomsAsync(user, query, after, limit);
}
