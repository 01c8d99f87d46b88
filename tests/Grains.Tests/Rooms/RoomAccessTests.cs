using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>Who may enter, read, write and moderate, in rooms of each kind, and how the others are refused.</summary>
public sealed class RoomAccessTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    [Fact]
    public async Task A_public_room_comes_into_being_when_it_is_first_joined()
    {
        var id = cluster.Name("room");
        var view = await cluster.Room(id).Join("alice", null);
        Assert.Equal(new RoomEntry(id, RoomKind.Public, MemberRole.Member, 0, 0), view.Entry);
        Assert.Null(view.Topic);
        Assert.NotEmpty(view.Log);
        Assert.Equal(view, await cluster.Room(id).Join("alice", null));
    }

    [Fact]
    public async Task Whoever_creates_a_room_owns_it_and_nobody_can_create_it_again()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        var view = await room.Create("alice", RoomKind.Public, "talk", null);
        Assert.Equal((MemberRole.Owner, "talk"), (view.Entry.Role, view.Topic));
        await RefusedAsync(ChatErrorCode.BadField, "room", () => room.Create("bob", RoomKind.Private, null, null));
        await RefusedAsync(ChatErrorCode.BadField, "room", () => room.Create("alice", RoomKind.Public, null, null));
        await cluster.DeactivateAsync(room);
        await RefusedAsync(ChatErrorCode.BadField, "room", () => room.Create("bob", RoomKind.Private, null, null));
        Assert.Equal((MemberRole.Owner, "talk"), ((await room.Join("alice", null)).Entry.Role, (await room.Join("bob", null)).Topic));
    }

    [Fact]
    public async Task What_was_said_before_one_came_is_not_unread()
    {
        var room = cluster.Room(cluster.Name("room"));
        await room.Join("alice", null);
        for (var i = 0; i < 3; i++) await room.SendAsync("alice", "hi");
        Assert.Equal((3, 0), await PlaceAsync("bob"));
        await room.SendAsync("alice", "hi");
        Assert.Equal((3, 1), await PlaceAsync("bob"));
        Assert.Equal((0, 4), await PlaceAsync("alice"));

        async Task<(long, long)> PlaceAsync(string user)
        {
            var entry = (await room.Join(user, null)).Entry;
            return (entry.ReadSeq, entry.Unread);
        }
    }

    [Theory]
    [InlineData(Kind.Missing, ChatErrorCode.NoSuchRoom)]
    [InlineData(Kind.Public, ChatErrorCode.NotMember)]
    [InlineData(Kind.Private, ChatErrorCode.NoSuchRoom)]
    [InlineData(Kind.Direct, ChatErrorCode.Forbidden)]
    public async Task An_outsider_can_do_nothing_and_learns_nothing_of_a_private_room(Kind kind, ChatErrorCode code)
    {
        var id = await NewRoomAsync(kind);
        var room = cluster.Room(id);
        await RefusedAsync(code, "room", () => room.SendAsync("eve", "hi"));
        await RefusedAsync(code, "room", () => room.Read("eve", 0));
        await RefusedAsync(code, "room", () => room.Typing("eve"));
        await RefusedAsync(code, "room", () => room.Members("eve", null, 10));
        await RefusedAsync(code, "room", () => room.Moderate(new Moderation("eve", ModerationAction.Invite, "eve")));
        await RefusedAsync(code, "room", () => room.Moderate(new Moderation("eve", ModerationAction.Ban, "alice")));
        await RefusedAsync(code, "room", () => cluster.History(id).Page("eve", null, null, 10));
    }

    [Fact]
    public async Task A_private_room_is_entered_by_invitation()
    {
        var id = await NewRoomAsync(Kind.Private);
        var room = cluster.Room(id);
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Join("bob", null));
        await room.Moderate(new Moderation("alice", ModerationAction.Invite, "bob"));
        Assert.Equal(MemberRole.Member, (await room.Join("bob", null)).Entry.Role);
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => room.Moderate(new Moderation("bob", ModerationAction.Invite, "carol")));
        await room.Leave("bob", null);
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Join("bob", null));
    }

    [Fact]
    public async Task Any_member_of_a_public_room_may_invite()
    {
        var id = await NewRoomAsync(Kind.Public);
        var room = cluster.Room(id);
        await room.Join("bob", null);
        await room.Moderate(new Moderation("bob", ModerationAction.Invite, "carol"));
        await room.Moderate(new Moderation("bob", ModerationAction.Invite, "carol"));
        Assert.Equal(["alice", "bob", "carol"], (await room.Members("carol", null, 10)).Members.Select(m => m.User));
    }

    [Fact]
    public async Task A_direct_room_has_its_two_users_from_the_first_message_on()
    {
        var (one, other) = (cluster.Name("a"), cluster.Name("b"));
        var id = ChatId.DirectRoom(one, other);
        var room = cluster.Room(id);
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Join("eve", null));
        Assert.Equal(RoomKind.Direct, (await room.Join(one, null)).Entry.Kind);
        await RefusedAsync(ChatErrorCode.NotMember, "room", () => room.Read(other, 0));
        Assert.Equal(1, (await room.SendAsync(one, "psst")).Seq);
        Assert.Equal([one, other], (await room.Members(other, null, 10)).Members.Select(m => m.User));
        await room.Leave(other, null);
        Assert.Equal(2, (await room.SendAsync(one, "still there?")).Seq);
        Assert.Equal(1, (await room.Join(other, null)).Entry.Unread);
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Moderate(new Moderation(one, ModerationAction.Invite, "eve")));
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Moderate(new Moderation(one, ModerationAction.Kick, other)));
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Leave("eve", null));
    }

    [Fact]
    public async Task One_may_write_to_oneself()
    {
        var user = cluster.Name("a");
        var room = cluster.Room(ChatId.DirectRoom(user, user));
        Assert.Equal(1, (await room.SendAsync(user, "note")).Seq);
        Assert.Equal([user], (await room.Members(user, null, 10)).Members.Select(m => m.User));
    }

    [Fact]
    public async Task Leaving_ends_a_membership_and_leaving_again_is_no_error()
    {
        var id = await NewRoomAsync(Kind.Public);
        var room = cluster.Room(id);
        await room.Join("bob", null);
        await room.Leave("bob", null);
        await room.Leave("bob", null);
        await cluster.Room(cluster.Name("nowhere")).Leave("bob", null);
        await RefusedAsync(ChatErrorCode.NotMember, "room", () => room.SendAsync("bob", "hi"));
        Assert.Equal(["alice"], (await room.Members("alice", null, 10)).Members.Select(m => m.User));
    }

    [Fact]
    public async Task A_kicked_user_may_come_back_to_a_public_room_and_a_banned_one_may_not()
    {
        var id = await NewRoomAsync(Kind.Public);
        var room = cluster.Room(id);
        await room.Join("bob", null);
        await room.Moderate(new Moderation("alice", ModerationAction.Kick, "bob"));
        await RefusedAsync(ChatErrorCode.NotMember, "room", () => room.SendAsync("bob", "hi"));
        await room.Join("bob", null);
        await room.Moderate(new Moderation("alice", ModerationAction.Ban, "bob"));
        foreach (var call in new Func<Task>[]
                 {
                     () => room.Join("bob", null), () => room.SendAsync("bob", "hi"), () => room.Read("bob", 0),
                     () => cluster.History(id).Page("bob", null, null, 10),
                 })
        {
            await RefusedAsync(ChatErrorCode.Banned, "room", call);
        }

        await RefusedAsync(ChatErrorCode.Banned, "user", () => room.Moderate(new Moderation("alice", ModerationAction.Invite, "bob")));

        await cluster.DeactivateAsync(room);
        await RefusedAsync(ChatErrorCode.Banned, "room", () => room.Join("bob", null));
        await room.Moderate(new Moderation("alice", ModerationAction.Unban, "bob"));
        await room.Join("bob", null);
        await room.SendAsync("bob", "hi");
    }

    [Fact]
    public async Task Somebody_can_be_banned_who_never_came()
    {
        var room = cluster.Room(await NewRoomAsync(Kind.Public));
        await room.Moderate(new Moderation("alice", ModerationAction.Ban, "mallory"));
        await RefusedAsync(ChatErrorCode.Banned, "room", () => room.Join("mallory", null));
    }

    [Fact]
    public async Task A_muted_member_reads_and_does_not_write()
    {
        var id = await NewRoomAsync(Kind.Public);
        var room = cluster.Room(id);
        await room.Join("bob", null);
        await room.SendAsync("alice", "hi");
        await room.Moderate(new Moderation("alice", ModerationAction.Mute, "bob"));
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("bob", "hi"));
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.Typing("bob"));
        await room.Read("bob", 1);
        Assert.Single((await cluster.History(id).Page("bob", null, null, 10)).Events);
        await cluster.DeactivateAsync(room);
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("bob", "hi"));
        await room.Moderate(new Moderation("alice", ModerationAction.Unmute, "bob"));
        Assert.Equal(2, (await room.SendAsync("bob", "hi")).Seq);
    }

    [Fact]
    public async Task A_ban_and_a_mute_with_an_end_are_over_then()
    {
        var room = cluster.Room(await NewRoomAsync(Kind.Public));
        await room.Join("bob", null);
        var until = cluster.Clock.GetUtcNow().AddHours(1);
        await room.Moderate(new Moderation("alice", ModerationAction.Mute, "bob", until));
        await room.Moderate(new Moderation("alice", ModerationAction.Ban, "carol", until));
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("bob", "hi"));
        await RefusedAsync(ChatErrorCode.Banned, "room", () => room.Join("carol", null));
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await room.SendAsync("bob", "hi");
        await room.Join("carol", null);
    }

    [Theory]
    [InlineData(ModerationAction.Kick)]
    [InlineData(ModerationAction.Ban)]
    [InlineData(ModerationAction.Unban)]
    [InlineData(ModerationAction.Mute)]
    [InlineData(ModerationAction.Unmute)]
    public async Task Only_those_above_may_moderate(ModerationAction action)
    {
        var id = await NewRoomAsync(Kind.Public);
        var room = cluster.Room(id);
        foreach (var user in new[] { "bob", "carol", "mod", "mod2" }) await room.Join(user, null);
        await PromoteAsync(id, "mod", "mod2");
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => room.Moderate(new Moderation("bob", action, "carol")));
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => room.Moderate(new Moderation("bob", action, "alice")));
        await RefusedAsync(ChatErrorCode.Forbidden, "user", () => room.Moderate(new Moderation("mod", action, "mod2")));
        await RefusedAsync(ChatErrorCode.Forbidden, "user", () => room.Moderate(new Moderation("mod", action, "alice")));
        await room.Moderate(new Moderation("mod", action, "bob"));
        await room.Moderate(new Moderation("alice", action, "mod"));
    }

    [Theory]
    [InlineData(ModerationAction.Kick)]
    [InlineData(ModerationAction.Mute)]
    [InlineData(ModerationAction.Unmute)]
    public async Task Who_is_not_a_member_cannot_be_kicked_or_muted(ModerationAction action)
    {
        var room = cluster.Room(await NewRoomAsync(Kind.Public));
        await RefusedAsync(ChatErrorCode.BadField, "user", () => room.Moderate(new Moderation("alice", action, "nobody")));
    }

    [Fact]
    public async Task A_name_that_means_no_room_leaves_nothing_behind()
    {
        var id = cluster.Name("nowhere");
        await RefusedAsync(ChatErrorCode.NoSuchRoom, "room", () => cluster.Room(id).SendAsync("alice", "hi"));
        Assert.Null(await cluster.Temp.Reader.FindStandingAsync(id, "alice"));
        await Clocks.Eventually.TrueAsync(() => cluster.SiloOf(cluster.Room(id)) is null, "its activation has ended");
    }

    /// <summary>What kind of room a case is about.</summary>
    public enum Kind
    {
        Missing,
        Public,
        Private,
        Direct,
    }

    private async Task<string> NewRoomAsync(Kind kind)
    {
        var id = kind == Kind.Direct ? ChatId.DirectRoom(cluster.Name("a"), cluster.Name("b")) : cluster.Name("room");
        if (kind == Kind.Direct && ChatId.IsDirect(id, out var one, out _)) await cluster.Room(id).SendAsync(one, "psst");
        if (kind == Kind.Public) await cluster.Room(id).Create("alice", RoomKind.Public, null, null);
        if (kind == Kind.Private) await cluster.Room(id).Create("alice", RoomKind.Private, null, null);
        return id;
    }

    // No command makes a moderator yet; an operator does, in the table.
    private async Task PromoteAsync(string id, params string[] users)
    {
        foreach (var user in users)
        {
            await cluster.Sqlite.Store.Writer.RunAsync(session => session.Execute(
                "UPDATE members SET role = 'moderator' WHERE room = $1 AND user = $2", id, user));
        }

        await cluster.DeactivateAsync(cluster.Room(id));
    }

    private static async Task RefusedAsync(ChatErrorCode code, string? field, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<ChatException>(call);
        Assert.True((code, field) == (refused.Code, refused.Field), $"{refused.Code} {refused.Field}: {refused.Message}");
    }
}
