using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class ModerationTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task An_invitation_lets_somebody_into_a_private_room()
    {
        var (bob, room) = (Names.New("bob"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room, "private");
        await using var guest = await _gateway.ConnectToAllAsync(bob);
        await guest.RefusedAsync(new { type = "join", room }, "forbidden", "room");
        await owner.SayAsync(room, "before");
        Assert.Equal("ok", (await owner.DoAsync(new { type = "invite", room, user = bob })).Type());
        var added = await guest.TakeAsync("room");
        Assert.Equal((room, "private", "member"), (added.Text("room"), added.Text("kind"), added.Text("role")));
        // What was said before they came is not unread.
        Assert.Equal((1, 1, 0), (added.Number("lastSeq"), added.Number("readSeq"), added.Number("unread")));
        await owner.SayAsync(room, "welcome");
        Assert.Equal("welcome", (await guest.MessageAsync(room)).Text("text"));
    }

    [Fact]
    public async Task A_kick_ends_the_membership_on_every_device()
    {
        var (bob, room) = (Names.New("bob"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room, "public");
        await using var phone = await _gateway.ConnectToAllAsync(bob);
        await phone.JoinAsync(room);
        await using var tablet = await _gateway.ConnectToAllAsync(bob);
        await owner.DoAsync(new { type = "kick", room, user = bob });
        // The tablet may be told of the joining too, though it came after it.
        foreach (var device in new[] { phone, tablet }) await device.TakeAsync("room", frame => frame.Has("removed"));
        await phone.RefusedAsync(new { type = "send", room, text = "hi" }, "not_member", "room");
        await owner.SayAsync(room, "gone");
        await owner.MessageAsync(room);
        await owner.TakeAsync("presence", frame => frame.Texts("left").Contains(bob));
        foreach (var device in new[] { phone, tablet })
        {
            await device.CatchUpAsync();
            Assert.Empty(device.Of("message"));
        }

        // From a public room one is only kicked, not kept away.
        await phone.JoinAsync(room);
    }

    [Fact]
    public async Task A_ban_keeps_somebody_away_until_it_is_lifted()
    {
        var (bob, room) = (Names.New("bob"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room, "public");
        await using var client = await _gateway.ConnectToAsync(bob, room);
        await owner.DoAsync(new { type = "ban", room, user = bob });
        await client.TakeAsync("room", frame => frame.Has("removed"));
        var refused = await client.RefusedAsync(new { type = "join", room }, "banned", "room");
        Assert.False(refused.Flag("retryable"));
        await client.RefusedAsync(new { type = "send", room, text = "hi" }, "banned", "room");
        await client.RefusedAsync(new { type = "history", room }, "banned", "room");
        await owner.RefusedAsync(new { type = "invite", room, user = bob }, "banned", "user");
        await owner.DoAsync(new { type = "unban", room, user = bob });
        await client.JoinAsync(room);

        // One that has run out keeps nobody away.
        await RunOutAsync(ModerationAction.Ban, room, bob);
        await client.JoinAsync(room);
        await owner.DoAsync(new { type = "ban", room, user = bob, until = "2999-12-31T12:00:00Z" });
        Assert.Contains("2999-12-31 12:00", (await client.RefusedAsync(new { type = "join", room }, "banned")).Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_muted_member_reads_and_does_not_write()
    {
        var (bob, room) = (Names.New("bob"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room, "public");
        await using var client = await _gateway.ConnectToAsync(bob, room);
        await owner.DoAsync(new { type = "mute", room, user = bob });
        await client.RefusedAsync(new { type = "send", room, text = "hi" }, "muted", "room");
        await client.RefusedAsync(new { type = "typing", room }, "muted", "room");
        await owner.SayAsync(room, "listen");
        await client.MessageAsync(room);
        await client.DoAsync(new { type = "history", room });
        await owner.DoAsync(new { type = "unmute", room, user = bob });
        await client.SayAsync(room, "at last");
        await RunOutAsync(ModerationAction.Mute, room, bob);
        await client.SayAsync(room, "still");
    }

    [Fact]
    public async Task Whoever_may_not_moderate_is_told_so()
    {
        var (bob, carol, room) = (Names.New("bob"), Names.New("carol"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room, "private");
        await owner.DoAsync(new { type = "invite", room, user = bob });
        await owner.DoAsync(new { type = "invite", room, user = carol });
        await using var client = await _gateway.ConnectAsync(bob);
        foreach (var type in new[] { "invite", "kick", "ban", "unban", "mute", "unmute" })
            await client.RefusedAsync(new { type, room, user = carol }, "forbidden");
        await using var outsider = await _gateway.ConnectAsync(Names.New("eve"));
        await outsider.RefusedAsync(new { type = "kick", room, user = carol }, "no_such_room", "room");
        await owner.RefusedAsync(new { type = "kick", room, user = Names.New("nobody") }, "bad_field", "user");
    }

    [Fact]
    public async Task Any_member_of_a_public_room_may_invite()
    {
        var (bob, room) = (Names.New("bob"), Names.New("lobby"));
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await using var guest = await _gateway.ConnectToAllAsync(bob);
        await client.DoAsync(new { type = "invite", room, user = bob });
        await guest.TakeAsync("room", frame => frame.Text("room") == room);
        // Once more is no error, and no news.
        await client.DoAsync(new { type = "invite", room, user = bob });
        await using var phone = await _gateway.ConnectAsync(bob);
        await phone.DoAsync(new { type = "leave", room });
        await guest.TakeAsync("room", frame => frame.Has("removed"));
        Assert.Equal(2, guest.Of("room").Count());
    }

    // Nobody can ask for what is over: it was asked for before that.
    private Task RunOutAsync(ModerationAction action, string room, string user) => _gateway.Grain<IRoomGrain>(room).Moderate(
        new Moderation("root", action, user, new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero), IsAdministrator: true));

    private async Task<ChatClient> OwnerOfAsync(string room, string kind)
    {
        var owner = await _gateway.ConnectAsync(Names.New("owner"));
        await owner.DoAsync(new { type = "create", room, kind });
        await owner.JoinAsync(room);
        return owner;
    }
}
