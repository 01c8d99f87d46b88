using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>What is kept of users.</summary>
public abstract class UserStoreTests(Func<Task<TempStore>> open)
{
    private static readonly DateTimeOffset At = TempStore.At;

    [Fact]
    public async Task So_many_are_blocked_and_no_more_until_one_is_lifted()
    {
        await using var temp = await open();
        await temp.ExecuteAsync(
            $"INSERT INTO blocks WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {RoomRules.MaxBlocks}) "
            + "SELECT 'alice', 'user' || i, '2026-11-21T09:00:00.000Z' FROM n");
        Assert.True(await SetAsync("bob", blocked: true));
        Assert.False(await SetAsync("carol", blocked: true));
        Assert.False(await temp.Reader.IsBlockedAsync("alice", "carol"));
        Assert.True(await SetAsync("bob", blocked: true));
        Assert.True(await temp.Users.SetBlockAsync("carol", "alice", blocked: true, At));
        Assert.True(await SetAsync("zoe", blocked: false));
        Assert.False(await SetAsync("zoe", blocked: true));
        Assert.True(await SetAsync("bob", blocked: false));
        Assert.True(await SetAsync("zoe", blocked: true));
        Assert.Equal((long)RoomRules.MaxBlocks, await temp.ScalarAsync<long>("SELECT count(*) FROM blocks WHERE blocked <> 'alice'"));

        Task<bool> SetAsync(string other, bool blocked) => temp.Users.SetBlockAsync("alice", other, blocked, At);
    }

    [Fact]
    public async Task Who_has_not_learned_of_a_revocation_does_not_undo_it()
    {
        await using var temp = await open();
        await SetAsync(new UserAccess(TokensFrom: null, SuspendedUntil: null));
        Assert.Null((await AccessAsync()).TokensFrom);
        await SetAsync(new UserAccess(At, SuspendedUntil: null));
        foreach (var stale in new DateTimeOffset?[] { null, At.AddDays(-1), At })
        {
            await SetAsync(new UserAccess(stale, DateTimeOffset.MaxValue));
            Assert.Equal(At, (await AccessAsync()).TokensFrom);
            Assert.NotNull((await AccessAsync()).SuspendedUntil);
            await SetAsync(new UserAccess(stale, SuspendedUntil: null));
            Assert.Equal(new UserAccess(At, SuspendedUntil: null), await AccessAsync());
        }

        await SetAsync(new UserAccess(At.AddMilliseconds(1), SuspendedUntil: null));
        Assert.Equal(At.AddMilliseconds(1), (await AccessAsync()).TokensFrom);

        Task SetAsync(UserAccess access) =>
            temp.Users.SetAccessAsync("alice", access, new AuditRecord(At, Room: null, "suspend", "root", "alice"));

        async Task<UserAccess> AccessAsync() => (await temp.Reader.FindUserAsync("alice"))!.Access;
    }

    [Theory]
    [InlineData("revoke")]
    [InlineData("disconnect")]
    public async Task Who_has_not_learned_of_a_suspension_neither_lifts_nor_restores_it(string action)
    {
        await using var temp = await open();
        await SetAsync("suspend", DateTimeOffset.MaxValue);
        await SetAsync(action, null);
        Assert.NotNull((await temp.Reader.FindUserAsync("alice"))!.Access.SuspendedUntil);
        await SetAsync("unsuspend", null);
        await SetAsync(action, DateTimeOffset.MaxValue);
        Assert.Null((await temp.Reader.FindUserAsync("alice"))!.Access.SuspendedUntil);

        Task SetAsync(string what, DateTimeOffset? until) => temp.Users.SetAccessAsync(
            "alice", new UserAccess(TokensFrom: null, until), new AuditRecord(At, Room: null, what, "root", "alice"));
    }

    [Fact]
    public async Task Rooms_of_a_user_are_counted_up_to_a_number()
    {
        await using var temp = await open();
        foreach (var room in new[] { "one", "two", "three" }) await temp.CreateAsync(room);
        await temp.CreateAsync("of-another", creator: "bob");
        Assert.Equal(3, await temp.Reader.CountRoomsOfAsync("alice", 10));
        Assert.Equal(2, await temp.Reader.CountRoomsOfAsync("alice", 2));
        Assert.Equal(0, await temp.Reader.CountRoomsOfAsync("nobody", 10));
    }
}

public sealed class SqliteUserStoreTests() : UserStoreTests(SqliteTempStore.CreateAsync);

public sealed class PostgresUserStoreTests(SharedPostgres postgres) : UserStoreTests(postgres.CreateStoreAsync);
