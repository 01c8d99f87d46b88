using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests;

/// <summary>Calls in which who asks is no administrator, and all is done by alice to the lobby.</summary>
internal static class Shorthand
{
    public static Task<MemberPage> Members(this IRoomGrain room, string user, string? after, int limit) =>
        room.Members(new Actor(user), after, limit);

    public static Task<EventPage> Page(this IRoomHistoryGrain history, string user, long? before, long? after, int limit) =>
        history.Page(new Actor(user), before, after, limit);

    public static Task<RoomListing> ListRoomsAsync(this IChatReader reader, string user, string? query, string? after, int limit) =>
        reader.ListRoomsAsync(new Actor(user), query, after, limit);

    public static Task<bool> SetMutedAsync(this IRoomStore store, RoomFence fence, string user, DateTimeOffset? until) =>
        store.SetMutedAsync(fence, user, until, Note(until is null ? "unmute" : "mute", user) with { Until = until });

    public static Task<bool> UnbanAsync(this IRoomStore store, RoomFence fence, string user) =>
        store.UnbanAsync(fence, user, Note("unban", user));

    public static Task<MemberChange> SetRoleAsync(this IRoomStore store, RoomFence fence, string user, MemberRole role) =>
        store.SetRoleAsync(fence, user, role, Note("role", user) with { Detail = $"{role}" });

    public static AuditRecord Note(string action, string? user = null) => new(Storage.TempStore.At, "lobby", action, "alice", user);
}
