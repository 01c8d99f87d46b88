using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class RoleTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task A_role_is_there_at_once_on_every_device()
    {
        var (bob, carol, room) = (Names.New("bob"), Names.New("carol"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room);
        await using var phone = await _gateway.ConnectToAllAsync(bob);
        await phone.JoinAsync(room);
        await using var tablet = await _gateway.ConnectToAllAsync(bob);
        await using var client = await _gateway.ConnectToAsync(carol, room);
        await phone.RefusedAsync(new { type = "mute", room, user = carol }, "forbidden");
        Assert.Equal("ok", (await owner.DoAsync(new { type = "role", room, user = bob, role = "moderator", reason = "trusted" })).Type());
        foreach (var device in new[] { phone, tablet })
        {
            // The tablet may be told of the joining too, though it came after it.
            var told = await device.TakeAsync("room", frame => frame.Text("room") == room && frame.TextOrNull("role") != "member");
            Assert.Equal(("moderator", "public"), (told.Text("role"), told.Text("kind")));
            Assert.False(told.Has("removed") || told.Has("mutedUntil") || told.Has("archived"));
        }

        await tablet.DoAsync(new { type = "mute", room, user = carol });
        Assert.Equal("moderator", (await phone.JoinAsync(room)).Text("role"));
        var members = await client.DoAsync(new { type = "members", room });
        Assert.Equal("moderator", members.Items("users").Single(user => user.Text("user") == bob).Text("role"));
        await owner.DoAsync(new { type = "role", room, user = bob, role = "member" });
        Assert.Equal("member", (await phone.TakeAsync("room")).Text("role"));
        await phone.RefusedAsync(new { type = "unmute", room, user = carol }, "forbidden");
    }

    [Fact]
    public async Task The_last_owner_is_told_to_hand_over()
    {
        var (bob, room) = (Names.New("bob"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room);
        await using var client = await _gateway.ConnectToAsync(bob, room);
        await owner.RefusedAsync(new { type = "leave", room }, "last_owner", "room");
        var refused = await owner.RefusedAsync(new { type = "role", room, user = owner.Welcome.Text("user"), role = "member" }, "last_owner", "room");
        Assert.False(refused.Flag("retryable"));
        // Still there, and still following.
        await client.SayAsync(room, "hi");
        await owner.MessageAsync(room);
        await owner.DoAsync(new { type = "role", room, user = bob, role = "owner" });
        Assert.Equal("left", (await owner.DoAsync(new { type = "leave", room })).Type());
        Assert.Equal("owner", (await client.JoinAsync(room)).Text("role"));
    }

    [Fact]
    public async Task Whoever_may_not_give_a_role_is_told_so_and_what_is_no_role_is_named()
    {
        var (bob, carol, room) = (Names.New("bob"), Names.New("carol"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room);
        await using var client = await _gateway.ConnectToAsync(bob, room);
        await using var other = await _gateway.ConnectToAsync(carol, room);
        await client.RefusedAsync(new { type = "role", room, user = carol, role = "moderator" }, "forbidden");
        await client.RefusedAsync(new { type = "role", room, user = bob, role = "owner" }, "forbidden");
        await owner.RefusedAsync(new { type = "role", room, user = bob, role = "king" }, "bad_field", "role");
        await owner.RefusedAsync(new { type = "role", room, user = bob, role = 3 }, "bad_field", "role");
        await owner.RefusedAsync(new { type = "role", room, user = bob }, "missing_field", "role");
        await owner.RefusedAsync(new { type = "role", room, role = "owner" }, "missing_field", "user");
        await owner.RefusedAsync(new { type = "role", room, user = Names.New("nobody"), role = "owner" }, "bad_field", "user");
        await using var outsider = await _gateway.ConnectAsync(Names.New("eve"));
        await outsider.RefusedAsync(new { type = "role", room, user = bob, role = "owner" }, "not_member", "room");
    }

    [Fact]
    public async Task A_mute_is_told_with_its_end_and_so_is_its_lifting()
    {
        var (bob, room) = (Names.New("bob"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room);
        await using var phone = await _gateway.ConnectToAllAsync(bob);
        await phone.JoinAsync(room);
        await owner.DoAsync(new { type = "mute", room, user = bob, until = "2999-12-31T12:00:00Z", reason = "loud" });
        Assert.Equal("2999-12-31T12:00:00.000Z", (await phone.TakeAsync("room")).Text("mutedUntil"));
        await using var tablet = await _gateway.ConnectToAllAsync(bob);
        Assert.Equal("2999-12-31T12:00:00.000Z", tablet.Welcome.Items("rooms").Single().Text("mutedUntil"));
        Assert.Equal("2999-12-31T12:00:00.000Z", (await tablet.JoinAsync(room)).Text("mutedUntil"));
        await owner.DoAsync(new { type = "mute", room, user = bob });
        Assert.StartsWith("9999-", (await phone.TakeAsync("room")).Text("mutedUntil"), StringComparison.Ordinal);
        await owner.DoAsync(new { type = "unmute", room, user = bob });
        Assert.False((await phone.TakeAsync("room")).Has("mutedUntil"));
        await phone.SayAsync(room, "at last");
        // Nobody else hears of it.
        await owner.CatchUpAsync();
        Assert.Empty(owner.Of("room"));
    }

    [Fact]
    public async Task What_nobody_does_to_themselves_and_what_is_no_reason_is_named()
    {
        var (bob, room) = (Names.New("bob"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room);
        await using var client = await _gateway.ConnectToAsync(bob, room);
        var self = owner.Welcome.Text("user");
        foreach (var type in new[] { "kick", "ban", "mute" })
        {
            await owner.RefusedAsync(new { type, room, user = self }, "bad_field", "user");
            await owner.RefusedAsync(new { type, room, user = bob, reason = new string('x', 251) }, "bad_field", "reason");
            await owner.RefusedAsync(new { type, room, user = bob, reason = "two\nlines" }, "bad_field", "reason");
            await owner.RefusedAsync(new { type, room, user = bob, reason = 7 }, "bad_field", "reason");
        }

        await owner.DoAsync(new { type = "kick", room, user = bob, reason = new string('x', 250) });
    }

    private async Task<ChatClient> OwnerOfAsync(string room)
    {
        var owner = await _gateway.ConnectAsync(Names.New("owner"));
        await owner.DoAsync(new { type = "create", room, kind = "public" });
        await owner.JoinAsync(room);
        return owner;
    }
}
