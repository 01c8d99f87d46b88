using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Sqlite;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>A user's grain reads while it decides, for its turns interleave.</summary>
public sealed class StaleReadTests
{
    [Fact]
    public async Task What_was_read_before_a_revocation_does_not_undo_it()
    {
        var (reached, go) = (NewSource(), NewSource());
        await using var gateway = await TestGateway.StartAsync(builder => builder.Services.AddSingleton<IChatReader>(
            services => new HeldReader(services.GetRequiredService<SqliteStore>().Reader, reached, go.Task)));
        var user = gateway.Grain<IUserGrain>("alice");
        var issued = TimeProvider.System.GetUtcNow();
        var admitted = user.Admit(issued);
        await reached.Task;
        await user.Revoke("root", reason: null);
        go.SetResult();
        foreach (var asked in new[] { admitted, user.Admit(issued) })
            Assert.Equal(ChatErrorCode.Unauthorized, (await Assert.ThrowsAsync<ChatException>(() => asked)).Code);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads as ever, but keeps what it has first read about a user to itself until it may go on.</summary>
    private sealed class HeldReader(IChatReader reader, TaskCompletionSource reached, Task go) : IChatReader
    {
        private int _reads;

        public async Task<UserProfile?> FindUserAsync(string user)
        {
            var first = Interlocked.Increment(ref _reads) == 1;
            var read = await reader.FindUserAsync(user);
            if (!first) return read;
            reached.SetResult();
            await go;
            return read;
        }

        public Task<EventPage> ReadAfterAsync(string room, long after, int limit) => reader.ReadAfterAsync(room, after, limit);

        public Task<EventPage> ReadBeforeAsync(string room, long before, int limit) => reader.ReadBeforeAsync(room, before, limit);

        public Task<ImmutableArray<SendOutcome?>> FindSentAsync(string room, string sender, ImmutableArray<Draft> drafts) =>
            reader.FindSentAsync(room, sender, drafts);

        public Task<Standing?> FindStandingAsync(string room, string user) => reader.FindStandingAsync(room, user);

        public Task<MemberPage> ListMembersAsync(string room, string? after, int limit) => reader.ListMembersAsync(room, after, limit);

        public Task<ImmutableArray<RoomEntry>> ListRoomsOfAsync(string user) => reader.ListRoomsOfAsync(user);

        public Task<int> CountRoomsOfAsync(string user, int atMost) => reader.CountRoomsOfAsync(user, atMost);

        public Task<bool> ShareRoomAsync(string one, string other, ImmutableArray<string>? within) => reader.ShareRoomAsync(one, other, within);

        public Task<RoomListing> ListRoomsAsync(
            Actor by, string? query, string? after, int limit, ImmutableArray<string>? within = null) =>
            reader.ListRoomsAsync(by, query, after, limit, within);

        public Task<AuditPage> ListAuditAsync(string room, long after, int limit) => reader.ListAuditAsync(room, after, limit);

        public Task<bool> IsBlockedAsync(string one, string other) => reader.IsBlockedAsync(one, other);

        public Task<RoomCounts> CountAsync() => reader.CountAsync();

        public Task<BlockPage> ListBlocksAsync(string user, string? after, int limit) => reader.ListBlocksAsync(user, after, limit);
    }
}
