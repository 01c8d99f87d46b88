using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

public abstract class MembershipTests(Func<Task<TempStore>> open)
{
    [Fact]
    public async Task The_member_count_follows_every_change_and_no_repeat_of_it()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp);
        Assert.Equal(1, await CountAsync(temp));
        Assert.True(await temp.Rooms.AddMemberAsync(fence, Member("bob")));
        Assert.False(await temp.Rooms.AddMemberAsync(fence, Member("bob")));
        Assert.True(await temp.Rooms.AddMemberAsync(fence, Member("carol")));
        Assert.Equal(3, await CountAsync(temp));
        Assert.Equal(MemberChange.Removed, await temp.Rooms.RemoveMemberAsync(fence, "bob"));
        Assert.Equal(MemberChange.None, await temp.Rooms.RemoveMemberAsync(fence, "bob"));
        Assert.Equal(2, await CountAsync(temp));
        Assert.Equal(MemberChange.Removed, await temp.Rooms.BanAsync(fence, Ban("carol")));
        Assert.Equal(MemberChange.None, await temp.Rooms.BanAsync(fence, Ban("carol")));
        Assert.Equal(MemberChange.Changed, await temp.Rooms.BanAsync(fence, Ban("mallory")));
        Assert.Equal(1, await CountAsync(temp));
    }

    [Fact]
    public async Task A_member_who_is_added_again_keeps_role_and_read_cursor()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp);
        await temp.Rooms.SetReadSeqAsync(fence, "alice", 7);
        await temp.Rooms.AddMemberAsync(fence, Member("alice"));
        Assert.Equal(
            new Standing(RoomKind.Public, MemberRole.Owner, 7, null, null), await temp.Reader.FindStandingAsync("lobby", "alice"));
    }

    [Fact]
    public async Task A_read_cursor_never_moves_backward()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp);
        var moved = new List<bool>();
        foreach (var seq in new[] { 3, 9, 5, 9, 0 }) moved.Add(await temp.Rooms.SetReadSeqAsync(fence, "alice", seq));
        Assert.Equal([true, true, false, false, false], moved);
        Assert.False(await temp.Rooms.SetReadSeqAsync(fence, "nobody", 1));
        Assert.Equal(9, (await temp.Reader.FindStandingAsync("lobby", "alice"))!.ReadSeq);
    }

    [Fact]
    public async Task A_ban_ends_the_membership_and_is_known_until_it_is_lifted()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp);
        await temp.Rooms.AddMemberAsync(fence, Member("bob"));
        var until = TempStore.At.AddDays(1);
        await temp.Rooms.BanAsync(fence, Ban("bob", until));
        Assert.Equal(new Standing(RoomKind.Public, null, 0, null, until), await temp.Reader.FindStandingAsync("lobby", "bob"));

        await temp.Rooms.BanAsync(fence, Ban("bob", until.AddDays(1)));
        Assert.Equal(until.AddDays(1), (await temp.Reader.FindStandingAsync("lobby", "bob"))!.BannedUntil);
        await temp.Rooms.UnbanAsync(fence, "bob");
        Assert.Equal(new Standing(RoomKind.Public, null, 0, null, null), await temp.Reader.FindStandingAsync("lobby", "bob"));
    }

    [Fact]
    public async Task Whoever_is_banned_while_they_come_in_stays_out_until_the_ban_ends()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp);
        var until = TempStore.At.AddDays(1);
        using (var gate = await temp.HoldWriterAsync(fence.Room))
        {
            var ban = temp.Rooms.BanAsync(fence, Ban("bob", until));
            var coming = temp.Rooms.AddMemberAsync(fence, Member("bob"));
            gate.Open();
            Assert.Equal((MemberChange.Changed, false), (await ban, await coming));
        }

        Assert.Equal(1, await CountAsync(temp));
        Assert.False(await temp.Rooms.AddMemberAsync(fence, Member("bob") with { At = until.AddMilliseconds(-1) }));
        Assert.Null((await temp.Reader.FindStandingAsync("lobby", "bob"))!.Role);
        Assert.True(await temp.Rooms.AddMemberAsync(fence, Member("bob") with { At = until }));
        Assert.Equal(2, await CountAsync(temp));
    }

    [Fact]
    public async Task A_ban_or_a_mute_for_good_can_be_read_again()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp);
        await temp.Rooms.SetMutedAsync(fence, "alice", DateTimeOffset.MaxValue);
        await temp.Rooms.BanAsync(fence, Ban("bob", DateTimeOffset.MaxValue));
        Assert.Equal(9999, (await temp.Reader.FindStandingAsync("lobby", "alice"))!.MutedUntil!.Value.Year);
        Assert.Equal(9999, (await temp.Reader.FindStandingAsync("lobby", "bob"))!.BannedUntil!.Value.Year);
        await temp.Rooms.SetMutedAsync(fence, "alice", null);
        Assert.Null((await temp.Reader.FindStandingAsync("lobby", "alice"))!.MutedUntil);
    }

    [Fact]
    public async Task Times_are_kept_to_the_millisecond_wherever_they_were_told()
    {
        await using var temp = await open();
        var fence = await CreateAsync(temp);
        var until = new DateTimeOffset(2031, 12, 31, 23, 59, 59, 987, 654, TimeSpan.FromHours(-7));
        await temp.Rooms.SetMutedAsync(fence, "alice", until);
        await temp.Rooms.BanAsync(fence, Ban("bob", until));
        var kept = DateTimeOffset.FromUnixTimeMilliseconds(until.ToUnixTimeMilliseconds());
        Assert.Equal(kept, (await temp.Reader.FindStandingAsync("lobby", "alice"))!.MutedUntil);
        Assert.Equal(kept, (await temp.Reader.FindStandingAsync("lobby", "bob"))!.BannedUntil);

        var head = await temp.Rooms.CreateAsync(
            new NewRoom("dev", "log", RoomKind.Public, null, "alice", MemberRole.Owner, until));
        Assert.Equal(kept, head!.LastAt);
        Assert.Equal(kept, (await temp.Rooms.OpenAsync("dev"))!.LastAt);
    }

    [Fact]
    public async Task There_is_no_standing_in_a_room_that_does_not_exist()
    {
        await using var temp = await open();
        Assert.Null(await temp.Reader.FindStandingAsync("nowhere", "alice"));
    }

    [Fact]
    public async Task A_name_is_kept_and_replaced()
    {
        await using var temp = await open();
        Assert.Null(await temp.Reader.FindNameAsync("alice"));
        await temp.Users.SetNameAsync("alice", "Alice", TempStore.At);
        await temp.Users.SetNameAsync("alice", "Alice L. 👩", TempStore.At);
        Assert.Equal("Alice L. 👩", await temp.Reader.FindNameAsync("alice"));
        await temp.Users.SetNameAsync("alice", null, TempStore.At);
        Assert.Null(await temp.Reader.FindNameAsync("alice"));
    }

    private static async Task<RoomFence> CreateAsync(TempStore temp) =>
        new("lobby", (await temp.CreateAsync("lobby", "alice")).Epoch);

    private static NewMember Member(string user) => new(user, MemberRole.Member, 0, TempStore.At);

    private static Ban Ban(string user, DateTimeOffset? until = null) =>
        new(user, until ?? DateTimeOffset.MaxValue, "alice", TempStore.At);

    private static async Task<long> CountAsync(TempStore temp)
    {
        var listed = (await temp.Reader.ListRoomsAsync("alice", null, null, 10)).Rooms.Single().Members;
        var counted = (await temp.Reader.ListMembersAsync("lobby", null, 100)).Members.Length;
        Assert.Equal(counted, listed);
        return listed;
    }
}

public sealed class SqliteMembershipTests() : MembershipTests(SqliteTempStore.CreateAsync);

public sealed class PostgresMembershipTests(SharedPostgres postgres) : MembershipTests(postgres.CreateStoreAsync);
