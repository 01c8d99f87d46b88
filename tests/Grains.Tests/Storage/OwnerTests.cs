using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>A room with an owner and others in it keeps one, whoever goes at the same time.</summary>
public abstract class OwnerTests(Func<Task<TempStore>> open)
{
    public static TheoryData<string> Ways => [.. AllWays.Keys];

    private static readonly Dictionary<string, Func<IRoomStore, RoomFence, string, Task<MemberChange>>> AllWays = new()
    {
        ["leave"] = (store, fence, user) => store.RemoveMemberAsync(fence, user),
        ["kick"] = (store, fence, user) => store.RemoveMemberAsync(fence, user, Shorthand.Note("kick", user)),
        ["ban"] = (store, fence, user) => store.BanAsync(fence, new Ban(user, DateTimeOffset.MaxValue, "root", TempStore.At)),
        ["step down"] = (store, fence, user) => store.SetRoleAsync(fence, user, MemberRole.Moderator),
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Of_two_owners_who_go_at_once_one_stays(string way)
    {
        await using var temp = await open();
        for (var round = 0; round < 20; round++)
        {
            var fence = await CreateAsync(temp, $"room{round}", "bob", "carol");
            await temp.Rooms.SetRoleAsync(fence, "bob", MemberRole.Owner);
            MemberChange[] changes;
            using (var gate = await temp.HoldWriterAsync(fence.Room))
            {
                var going = Task.WhenAll(AllWays[way](temp.Rooms, fence, "alice"), AllWays[way](temp.Rooms, fence, "bob"));
                gate.Open();
                changes = await going;
            }

            Assert.Equal([way == "step down" ? MemberChange.Changed : MemberChange.Removed, MemberChange.LastOwner], changes);
            Assert.Equal(["bob"], await OwnersAsync(temp, fence.Room));
            Assert.Null((await temp.Reader.FindStandingAsync(fence.Room, "bob"))!.BannedUntil);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_last_owner_stays_and_nothing_is_written(string way)
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp, "lobby", "bob");
        await temp.Rooms.SetRoleAsync(fence, "bob", MemberRole.Moderator);
        var before = await temp.DumpAsync();
        Assert.Equal(MemberChange.LastOwner, await AllWays[way](temp.Rooms, fence, "alice"));
        Assert.Equal(before, await temp.DumpAsync());
        Assert.NotEqual(MemberChange.LastOwner, await AllWays[way](temp.Rooms, fence, "bob"));
    }

    [Fact]
    public async Task An_owner_who_is_alone_may_leave_and_is_not_removed_by_others()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp, "lobby");
        foreach (var way in new[] { "kick", "ban", "step down" })
            Assert.Equal(MemberChange.LastOwner, await AllWays[way](temp.Rooms, fence, "alice"));
        Assert.Equal(MemberChange.Removed, await temp.Rooms.RemoveMemberAsync(fence, "alice"));
        Assert.Equal(0L, await temp.ScalarAsync<long>("SELECT member_count FROM rooms"));
    }

    [Fact]
    public async Task Whoever_has_handed_over_may_go()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp, "lobby", "bob");
        Assert.Equal(MemberChange.Changed, await temp.Rooms.SetRoleAsync(fence, "bob", MemberRole.Owner));
        Assert.Equal(MemberChange.None, await temp.Rooms.SetRoleAsync(fence, "bob", MemberRole.Owner));
        Assert.Equal(MemberChange.Removed, await temp.Rooms.RemoveMemberAsync(fence, "alice"));
        Assert.Equal(["bob"], await OwnersAsync(temp, "lobby"));
    }

    [Fact]
    public async Task Whoever_is_no_member_has_no_role()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp, "lobby");
        Assert.Equal(MemberChange.None, await temp.Rooms.SetRoleAsync(fence, "nobody", MemberRole.Owner));
        Assert.Equal(MemberChange.None, await temp.Rooms.RemoveMemberAsync(fence, "nobody"));
        Assert.Equal(["alice"], await OwnersAsync(temp, "lobby"));
    }

    private static async Task<RoomFence> CreateAsync(TempStore temp, string room, params string[] members)
    {
        var fence = new RoomFence(room, (await temp.CreateAsync(room)).Epoch);
        foreach (var member in members) await temp.Rooms.AddMemberAsync(fence, new NewMember(member, MemberRole.Member, 0, TempStore.At));
        return fence;
    }

    private static async Task<string[]> OwnersAsync(TempStore temp, string room) =>
        [.. (await temp.Reader.ListMembersAsync(room, null, 10)).Members.Where(m => m.Role == MemberRole.Owner).Select(m => m.User)];
}

public sealed class SqliteOwnerTests() : OwnerTests(SqliteTempStore.CreateAsync);

public sealed class PostgresOwnerTests(SharedPostgres postgres) : OwnerTests(postgres.CreateStoreAsync);
