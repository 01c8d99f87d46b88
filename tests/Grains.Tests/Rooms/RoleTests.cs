using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;
using static OrleansChat.Grains.Tests.Rooms.Refusals;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>Roles: who gives them, what they allow, and that a room keeps an owner.</summary>
public sealed class RoleTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    [Fact]
    public async Task An_owner_gives_roles_and_they_count_at_once_and_after_a_reactivation()
    {
        var (id, room) = await NewRoomAsync("bob", "carol");
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => room.Moderate(new Moderation("bob", ModerationAction.Mute, "carol")));
        await GiveAsync(room, "alice", "bob", MemberRole.Moderator);
        await room.Moderate(new Moderation("bob", ModerationAction.Mute, "carol"));
        await cluster.DeactivateAsync(room);
        await room.Moderate(new Moderation("bob", ModerationAction.Unmute, "carol"));
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => GiveAsync(room, "bob", "carol", MemberRole.Moderator));
        await GiveAsync(room, "alice", "bob", MemberRole.Owner);
        await GiveAsync(room, "bob", "carol", MemberRole.Moderator);
        Assert.Equal(MemberRole.Owner, (await room.Join("bob", null)).Entry.Role);
        Assert.Equal(
            ["role moderator", "mute ", "unmute ", "role owner", "role moderator"],
            (await cluster.History(id).Audit(new Actor("alice"), null, 100)).Entries.Select(e => $"{e.Action} {e.Detail}"));
    }

    [Theory]
    [InlineData(MemberRole.Member)]
    [InlineData(MemberRole.Moderator)]
    [InlineData(MemberRole.Owner)]
    public async Task Nobody_gives_roles_to_an_owner_or_by_being_less_than_one(MemberRole role)
    {
        var (_, room) = await NewRoomAsync("owner2", "mod", "bob", "carol");
        await GiveAsync(room, "alice", "owner2", MemberRole.Owner);
        await GiveAsync(room, "alice", "mod", MemberRole.Moderator);
        await RefusedAsync(ChatErrorCode.Forbidden, "user", () => GiveAsync(room, "alice", "owner2", role));
        foreach (var by in new[] { "mod", "bob" })
        {
            foreach (var user in new[] { "alice", "mod", "carol" }.Where(user => user != by))
                await RefusedAsync(ChatErrorCode.Forbidden, null, () => GiveAsync(room, by, user, role));
        }

        await RefusedAsync(ChatErrorCode.BadField, "user", () => GiveAsync(room, "alice", "nobody", role));
        await RefusedAsync(ChatErrorCode.NotMember, "room", () => GiveAsync(room, "eve", "bob", role));
    }

    [Fact]
    public async Task Everybody_may_give_up_a_role_and_nobody_takes_one()
    {
        var (_, room) = await NewRoomAsync("owner2", "mod");
        await GiveAsync(room, "alice", "owner2", MemberRole.Owner);
        await GiveAsync(room, "alice", "mod", MemberRole.Moderator);
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => GiveAsync(room, "mod", "mod", MemberRole.Owner));
        await GiveAsync(room, "mod", "mod", MemberRole.Member);
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => GiveAsync(room, "mod", "mod", MemberRole.Moderator));
        await GiveAsync(room, "owner2", "owner2", MemberRole.Moderator);
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => GiveAsync(room, "owner2", "owner2", MemberRole.Owner));
        await RefusedAsync(ChatErrorCode.LastOwner, "room", () => GiveAsync(room, "alice", "alice", MemberRole.Member));
        await GiveAsync(room, "alice", "alice", MemberRole.Owner);
    }

    [Fact]
    public async Task The_last_owner_hands_over_before_leaving()
    {
        var (id, room) = await NewRoomAsync("bob");
        await RefusedAsync(ChatErrorCode.LastOwner, "room", () => room.Leave("alice", null));
        Assert.Equal(2, (await room.Describe(new Actor("alice"))).Members);
        await GiveAsync(room, "alice", "bob", MemberRole.Owner);
        await room.Leave("alice", null);
        await RefusedAsync(ChatErrorCode.LastOwner, "room", () => room.Moderate(Root(ModerationAction.Kick, "bob")));
        // Alone, nobody is left behind.
        await room.Leave("bob", null);
        Assert.Empty((await cluster.Temp.Reader.ListMembersAsync(id, null, 10)).Members);
    }

    [Fact]
    public async Task Of_two_owners_who_leave_at_once_one_is_told_to_hand_over()
    {
        for (var round = 0; round < 10; round++)
        {
            var (id, room) = await NewRoomAsync("owner2", "carol");
            await GiveAsync(room, "alice", "owner2", MemberRole.Owner);
            var leaving = await Task.WhenAll(new[] { "alice", "owner2" }.Select(async user =>
            {
                try
                {
                    await room.Leave(user, null);
                    return ChatErrorCode.Internal;
                }
                catch (ChatException refused)
                {
                    return refused.Code;
                }
            }));
            Assert.Single(leaving, ChatErrorCode.LastOwner);
            Assert.Single((await cluster.Temp.Reader.ListMembersAsync(id, null, 10)).Members, m => m.Role == MemberRole.Owner);
        }
    }

    [Theory]
    [InlineData(ModerationAction.Kick)]
    [InlineData(ModerationAction.Ban)]
    [InlineData(ModerationAction.Mute)]
    public async Task Nobody_does_it_to_themselves(ModerationAction action)
    {
        var (_, room) = await NewRoomAsync("owner2");
        await GiveAsync(room, "alice", "owner2", MemberRole.Owner);
        await RefusedAsync(ChatErrorCode.BadField, "user", () => room.Moderate(new Moderation("alice", action, "alice")));
        await RefusedAsync(ChatErrorCode.BadField, "user", () => room.Moderate(Root(action, "root")));
    }

    [Fact]
    public async Task Nobody_shakes_off_a_mute_by_leaving()
    {
        var (_, room) = await NewRoomAsync("bob");
        await room.Moderate(new Moderation("alice", ModerationAction.Mute, "bob"));
        await room.Leave("bob", null);
        Assert.NotNull((await room.Join("bob", null)).Entry.MutedUntil);
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("bob", "hi"));
        await room.Moderate(new Moderation("alice", ModerationAction.Kick, "bob"));
        await room.Moderate(new Moderation("alice", ModerationAction.Invite, "bob"));
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("bob", "hi"));
        await room.Moderate(new Moderation("alice", ModerationAction.Unmute, "bob"));
        await room.Leave("bob", null);
        Assert.Null((await room.Join("bob", null)).Entry.MutedUntil);
        await room.SendAsync("bob", "hi");
    }

    [Fact]
    public async Task Nobody_lifts_their_own_mute()
    {
        var (_, room) = await NewRoomAsync("mod");
        await GiveAsync(room, "alice", "mod", MemberRole.Moderator);
        await room.Moderate(new Moderation("alice", ModerationAction.Mute, "mod"));
        await RefusedAsync(ChatErrorCode.Forbidden, "user", () => room.Moderate(new Moderation("mod", ModerationAction.Unmute, "mod")));
        await room.Moderate(Root(ModerationAction.Mute, "alice"));
        await RefusedAsync(ChatErrorCode.Forbidden, "user", () => room.Moderate(new Moderation("alice", ModerationAction.Unmute, "alice")));
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("alice", "hi"));
    }

    [Fact]
    public async Task A_reason_is_a_line_of_at_most_250_characters()
    {
        var (id, room) = await NewRoomAsync("bob");
        foreach (var wrong in new[] { "", new string('x', 251), "two\nlines", "\u001b[2J" })
        {
            await RefusedAsync(
                ChatErrorCode.BadField, "reason", () => room.Moderate(new Moderation("alice", ModerationAction.Kick, "bob", Reason: wrong)));
        }

        await RefusedAsync(ChatErrorCode.MissingField, "role", () => room.Moderate(new Moderation("alice", ModerationAction.Role, "bob")));
        await room.Moderate(new Moderation("alice", ModerationAction.Kick, "bob", Reason: new string('x', 250)));
        Assert.Equal(new string('x', 250), (await cluster.History(id).Audit(new Actor("alice"), null, 10)).Entries.Single().Reason);
    }

    [Fact]
    public async Task The_audit_is_for_owners_moderators_and_administrators()
    {
        var (id, room) = await NewRoomAsync("mod", "bob");
        await GiveAsync(room, "alice", "mod", MemberRole.Moderator);
        foreach (var by in new[] { new Actor("alice"), new Actor("mod"), new Actor("root", IsAdministrator: true) })
            Assert.Single((await cluster.History(id).Audit(by, null, 10)).Entries);
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => cluster.History(id).Audit(new Actor("bob"), null, 10));
        await RefusedAsync(ChatErrorCode.NotMember, "room", () => cluster.History(id).Audit(new Actor("eve"), null, 10));
        var direct = ChatId.DirectRoom("alice", cluster.Name("b"));
        await cluster.Room(direct).SendAsync("alice", "psst");
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => cluster.History(direct).Audit(new Actor("alice"), null, 10));
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => cluster.History(direct).Audit(new Actor("root", IsAdministrator: true), null, 10));
    }

    [Fact]
    public async Task A_room_that_may_not_be_created_is_not()
    {
        var id = cluster.Name("room");
        foreach (var room in new[] { id, ChatId.DirectRoom("alice", id) })
        {
            await RefusedAsync(ChatErrorCode.NoSuchRoom, "room", () => cluster.Room(room).Join("alice", null, mayCreate: false));
            Assert.Null(await cluster.Temp.Reader.FindStandingAsync(room, "alice"));
        }

        await cluster.Room(id).Join("alice", null);
        await cluster.Room(id).Join("bob", null, mayCreate: false);
    }

    private async Task<(string Id, IRoomGrain Room)> NewRoomAsync(params string[] members)
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Create("alice", RoomKind.Public, null, null);
        foreach (var member in members) await room.Join(member, null);
        return (id, room);
    }

    private static Moderation Root(ModerationAction action, string user) => new("root", action, user, IsAdministrator: true);

    private static Task GiveAsync(IRoomGrain room, string by, string user, MemberRole role) =>
        room.Moderate(new Moderation(by, ModerationAction.Role, user, Role: role));
}
