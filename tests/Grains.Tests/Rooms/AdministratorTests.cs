using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;
using static OrleansChat.Grains.Tests.Rooms.Refusals;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>Administrators: above all roles, members of nothing, and in direct rooms like everybody.</summary>
public sealed class AdministratorTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    private static readonly Actor Root = new("root", IsAdministrator: true);

    [Theory]
    [InlineData(RoomKind.Public)]
    [InlineData(RoomKind.Private)]
    public async Task An_administrator_does_everything_without_being_a_member(RoomKind kind)
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Create("alice", kind, "talk", null);
        await room.Moderate(Do(ModerationAction.Invite, "bob"));
        Assert.Equal(1, (await SendAsync(room, "hear")).Seq);
        Assert.Equal(2, (await room.Members(Root, null, 10)).Members.Length);
        Assert.Single((await cluster.History(id).Page(Root, null, null, 10)).Events);
        var described = await room.Describe(Root);
        Assert.Equal(
            new RoomDescription(id, kind, "talk", false, 2, 1, 0, described.CreatedAt, null), described);
        foreach (var action in new[] { ModerationAction.Mute, ModerationAction.Unmute, ModerationAction.Kick, ModerationAction.Ban, ModerationAction.Unban })
        {
            if (action != ModerationAction.Unban) await room.Moderate(Do(ModerationAction.Invite, "bob"));
            await room.Moderate(Do(action, "bob"));
        }

        await room.Moderate(Do(ModerationAction.Invite, "bob"));
        await room.Moderate(Do(ModerationAction.Role, "bob") with { Role = MemberRole.Owner });
        await room.Moderate(Do(ModerationAction.Role, "alice") with { Role = MemberRole.Member });
        await room.Edit(new RoomEdit(Root, "Root", RoomEditKind.Topic, "order"));
        await room.Edit(new RoomEdit(Root, "Root", RoomEditKind.Archive, Reason: "over"));
        await RefusedAsync(ChatErrorCode.Archived, "room", () => SendAsync(room, "hear"));
        await room.Edit(new RoomEdit(Root, "Root", RoomEditKind.Restore));
        Assert.Contains(id, (await cluster.Grains.GetGrain<IRoomDirectoryGrain>(0).List(Root, id, null, 10)).Rooms.Select(r => r.Room));
        var audit = (await cluster.History(id).Audit(Root, null, 100)).Entries;
        Assert.All(audit, entry => Assert.Equal("root", entry.By));
        Assert.DoesNotContain("root", (await room.Members(Root, null, 10)).Members.Select(m => m.User));
        // The same user without the right is a stranger.
        var code = kind == RoomKind.Public ? ChatErrorCode.NotMember : ChatErrorCode.NoSuchRoom;
        await RefusedAsync(code, "room", () => room.Members("root", null, 10));
        await RefusedAsync(code, "room", () => room.SendAsync("root", "hi"));
        await RefusedAsync(code, "room", () => room.Edit(new RoomEdit(new Actor("root"), null, RoomEditKind.Topic, "mine")));
        await RefusedAsync(code, "room", () => cluster.History(id).Page("root", null, null, 10));
        await RefusedAsync(code, "room", () => cluster.History(id).Audit(new Actor("root"), null, 10));
        await RefusedAsync(code, "room", () => room.Moderate(new Moderation("root", ModerationAction.Kick, "bob")));
    }

    [Fact]
    public async Task What_a_room_did_to_an_administrator_binds_them_only_on_joining()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Create("alice", RoomKind.Private, null, null);
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Join("root", null));
        await room.Moderate(Do(ModerationAction.Invite, "root"));
        await room.Moderate(new Moderation("alice", ModerationAction.Mute, "root"));
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("root", "hi"));
        Assert.Equal(1, (await SendAsync(room, "hear")).Seq);
        await room.Moderate(new Moderation("alice", ModerationAction.Ban, "root"));
        Assert.Equal(2, (await SendAsync(room, "hear")).Seq);
        Assert.Equal(2, (await cluster.History(id).Page(Root, null, null, 10)).Events.Length);
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Join("root", null));
        await RefusedAsync(ChatErrorCode.NoSuchRoom, "room", () => room.Describe(new Actor("root")));
        await room.Moderate(Do(ModerationAction.Unban, "root"));
        await room.Moderate(Do(ModerationAction.Invite, "root"));
        await room.Join("root", null);
    }

    [Fact]
    public async Task A_direct_room_is_closed_to_administrators_who_are_not_one_of_the_two()
    {
        var (one, other) = (cluster.Name("a"), cluster.Name("b"));
        var id = ChatId.DirectRoom(one, other);
        var room = cluster.Room(id);
        await room.SendAsync(one, "psst");
        foreach (var call in new Func<Task>[]
                 {
                     () => room.Members(Root, null, 10), () => room.Describe(Root), () => SendAsync(room, "hear"),
                     () => cluster.History(id).Page(Root, null, null, 10), () => cluster.History(id).Audit(Root, null, 10),
                     () => room.Moderate(Do(ModerationAction.Kick, one)), () => room.Block("root", true),
                 })
        {
            await RefusedAsync(ChatErrorCode.Forbidden, "room", call);
        }

        Assert.Empty((await cluster.Grains.GetGrain<IRoomDirectoryGrain>(0).List(Root, id, null, 10)).Rooms);
        var own = new Actor(other, IsAdministrator: true);
        Assert.Equal(2, (await room.Describe(own)).Members);
        await room.Leave(other, null);
        await RefusedAsync(ChatErrorCode.NotMember, "room", () => room.Members(own, null, 10));
    }

    [Fact]
    public async Task A_room_that_does_not_exist_is_none_for_administrators_either()
    {
        var id = cluster.Name("nowhere");
        foreach (var call in new Func<Task>[]
                 {
                     () => cluster.Room(id).Describe(Root), () => cluster.Room(id).Members(Root, null, 10), () => SendAsync(cluster.Room(id), "hear"),
                     () => cluster.Room(id).Edit(new RoomEdit(Root, null, RoomEditKind.Archive)),
                     () => cluster.Room(id).Moderate(Do(ModerationAction.Invite, "bob")), () => cluster.History(id).Audit(Root, null, 10),
                 })
        {
            await RefusedAsync(ChatErrorCode.NoSuchRoom, "room", call);
        }
    }

    [Fact]
    public async Task A_description_is_for_those_who_may_see_the_room()
    {
        var (open, shut) = (cluster.Name("room"), cluster.Name("room"));
        await cluster.Room(open).Create("alice", RoomKind.Public, "talk", null);
        await cluster.Room(shut).Create("alice", RoomKind.Private, "secret", null);
        var described = await cluster.Room(open).Describe(new Actor("eve"));
        Assert.Equal((null, "talk", 1L, false), (described.Role, described.Topic, described.Members, described.Archived));
        Assert.Equal(MemberRole.Owner, (await cluster.Room(shut).Describe(new Actor("alice"))).Role);
        await RefusedAsync(ChatErrorCode.NoSuchRoom, "room", () => cluster.Room(shut).Describe(new Actor("eve")));
        await cluster.Room(open).Moderate(new Moderation("alice", ModerationAction.Ban, "eve"));
        await RefusedAsync(ChatErrorCode.Banned, "room", () => cluster.Room(open).Describe(new Actor("eve")));
        await cluster.Room(open).Edit(new RoomEdit(new Actor("alice"), null, RoomEditKind.Archive));
        var follower = new Follower(cluster, open, "alice");
        await follower.FollowAsync();
        described = await cluster.Room(open).Describe(Root);
        Assert.Equal((true, 1L, 1), (described.Archived, described.LastSeq, described.Online));
    }

    private static Moderation Do(ModerationAction action, string user) => new("root", action, user, IsAdministrator: true);

    private static async Task<SendOutcome> SendAsync(IRoomGrain room, string text) =>
        (await room.Send(new SendBatch("root", null, [Sending.Text(text)], IsAdministrator: true))).Outcomes.Single();
}
