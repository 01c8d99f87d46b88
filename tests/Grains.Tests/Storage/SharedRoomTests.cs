using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

public abstract class SharedRoomTests(Func<Task<TempStore>> open)
{
    [Fact]
    public async Task Two_users_share_a_room_while_both_are_members_of_it()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("dev", "alice", RoomKind.Private);
        var fence = new RoomFence("dev", head.Epoch);
        await temp.CreateAsync("lobby", "bob");
        await temp.CreateAsync("own", "alice");
        Assert.False(await temp.Reader.ShareRoomAsync("alice", "bob", within: null));
        await temp.Rooms.AddMemberAsync(fence, new NewMember("bob", MemberRole.Member, 0, TempStore.At));
        Assert.True(await temp.Reader.ShareRoomAsync("alice", "bob", within: null));
        Assert.True(await temp.Reader.ShareRoomAsync("bob", "alice", within: null));
        Assert.False(await temp.Reader.ShareRoomAsync("carol", "alice", within: null));
        Assert.False(await temp.Reader.ShareRoomAsync("nobody", "nowhere", within: null));
    }

    [Fact]
    public async Task Only_the_rooms_that_count_make_them_share_one()
    {
        await using var temp = await open();
        foreach (var room in new[] { "dev", "it's \"odd\"" })
        {
            var head = await temp.CreateAsync(room, "alice");
            await temp.Rooms.AddMemberAsync(
                new RoomFence(room, head.Epoch), new NewMember("bob", MemberRole.Member, 0, TempStore.At));
        }

        Assert.True(await temp.Reader.ShareRoomAsync("alice", "bob", ["other", "dev"]));
        Assert.True(await temp.Reader.ShareRoomAsync("alice", "bob", ["it's \"odd\""]));
        Assert.False(await temp.Reader.ShareRoomAsync("alice", "bob", ["other", "de", "Dev"]));
        Assert.False(await temp.Reader.ShareRoomAsync("alice", "bob", []));
    }
}

public sealed class SqliteSharedRoomTests() : SharedRoomTests(SqliteTempStore.CreateAsync);

public sealed class PostgresSharedRoomTests(SharedPostgres postgres) : SharedRoomTests(postgres.CreateStoreAsync);
