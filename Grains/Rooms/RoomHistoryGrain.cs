using Orleans.Concurrency;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>Reads a room's log beside its writer.</summary>
[StatelessWorker]
[Reentrant]
internal sealed class RoomHistoryGrain(IChatReader reader, TimeProvider clock) : Grain, IRoomHistoryGrain
{
    private string Room => this.GetPrimaryKeyString();

    public async Task<EventPage> Page(Actor by, long? before, long? after, int limit)
    {
        var standing = await reader.FindStandingAsync(Room, by.User);
        RoomAccess.CheckMember(Room, by, standing, clock.GetUtcNow());
        return after is { } seq
            ? await reader.ReadAfterAsync(Room, seq, limit)
            : await reader.ReadBeforeAsync(Room, before ?? long.MaxValue, limit);
    }

    public async Task<AuditPage> Audit(Actor by, long? after, int limit)
    {
        var standing = await reader.FindStandingAsync(Room, by.User);
        RoomAccess.CheckMayAudit(Room, by, standing, clock.GetUtcNow());
        return await reader.ListAuditAsync(Room, after ?? 0, limit);
    }

    public Task<EventPage> Pull(long after, int limit) => reader.ReadAfterAsync(Room, after, limit);
}
