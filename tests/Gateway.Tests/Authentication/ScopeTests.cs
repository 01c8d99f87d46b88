using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Tokens that are limited to rooms: nothing of any other room gets in or out.</summary>
public sealed class ScopeTests(SharedTokenGateway shared) : IClassFixture<SharedTokenGateway>
{
    private readonly TokenGateway _gateway = shared.Gateway;

    [Fact]
    public async Task A_limited_token_can_do_nothing_elsewhere()
    {
        var (user, other, mine, secret) = (Names.New("alice"), Names.New("bob"), Names.New("mine"), Names.New("secret"));
        await using var full = await _gateway.ConnectAsync(user);
        await full.JoinAsync(secret);
        await full.SayAsync(secret, "not for the kiosk");
        await using var kiosk = await _gateway.ConnectAsync(user, lifetime: null, mine);
        Assert.Empty(kiosk.Welcome.GetProperty("rooms").EnumerateArray());
        await kiosk.JoinAsync(mine);
        await kiosk.SayAsync(mine, "here I may");

        // The room that there is, one that there is not, and the direct room with somebody: all the same.
        foreach (var room in new[] { secret, Names.New("nowhere"), ChatId.DirectRoom(user, other) })
        {
            foreach (var command in (object[])[
                new { type = "join", room }, new { type = "join", room, since = 0 }, new { type = "leave", room },
                new { type = "send", room, text = "hi" }, new { type = "history", room }, new { type = "read", room, seq = 1 },
                new { type = "typing", room }, new { type = "members", room }, new { type = "create", room = room.Replace(':', '.'), kind = "public" },
                new { type = "invite", room, user = other }, new { type = "kick", room, user = other }, new { type = "ban", room, user = other },
                new { type = "unban", room, user = other }, new { type = "mute", room, user = other }, new { type = "unmute", room, user = other }])
            {
                await kiosk.RefusedAsync(command, "forbidden", "room");
            }
        }

        await kiosk.RefusedAsync(new { type = "send", to = other, text = "psst" }, "forbidden", "room");
        var listed = await kiosk.DoAsync(new { type = "rooms", query = secret });
        Assert.Empty(listed.GetProperty("rooms").EnumerateArray());
        Assert.Equal(mine, (await kiosk.DoAsync(new { type = "rooms", query = mine })).GetProperty("rooms")[0].Text("room"));
    }

    [Fact]
    public async Task A_limited_token_hears_of_nothing_elsewhere()
    {
        var (user, mine, secret, added) = (Names.New("alice"), Names.New("mine"), Names.New("secret"), Names.New("added"));
        await using var full = await _gateway.ConnectAsync(user);
        await full.JoinAsync(secret);
        await full.JoinAsync(mine);
        // Follows all its rooms by itself.
        await using var kiosk = await _gateway.OpenAsync(_gateway.Token(user, rooms: [mine]), query: "");
        await kiosk.WelcomedAsync();
        Assert.Equal([mine], kiosk.Welcome.GetProperty("rooms").EnumerateArray().Select(room => room.Text("room")));
        await using var person = await TextClient.ConnectAsync(
            _gateway.Gateway.Socket($"/ws/{user}?room={mine}&access_token={_gateway.Token(user, rooms: [mine])}"));
        await person.SeeStartAsync("* welcome");
        // Told of all rooms, and after the others of each.
        await using var witness = await _gateway.ConnectAsync(user);
        await full.JoinAsync(added);
        await witness.TakeAsync("room", frame => frame.Text("room") == added);
        foreach (var room in new[] { secret, added }) await full.SayAsync(room, "hidden");
        await full.SayAsync(mine, "shown");
        Assert.Equal("shown", (await kiosk.MessageAsync(mine)).Text("text"));
        await person.SeeAsync($"{user}: shown");
        await kiosk.CatchUpAsync();
        Assert.All(kiosk.Frames.Where(frame => frame.TextOrNull("room") is not null), frame => Assert.Equal(mine, frame.Text("room")));
        Assert.DoesNotContain(person.Lines, line => line.Contains("hidden", StringComparison.Ordinal));
        await person.TypeAsync($"/join {secret}");
        await person.SeeAsync($"! your token is not for '{secret}'");
        await person.TypeAsync("/msg bob psst");
        await person.SeeStartAsync("! your token is not for 'dm:");
    }

    [Fact]
    public async Task Of_the_rooms_in_the_address_a_limited_token_joins_its_own()
    {
        var (user, mine, elsewhere) = (Names.New("alice"), Names.New("mine"), Names.New("elsewhere"));
        await using (var kiosk = await _gateway.OpenAsync(_gateway.Token(user, rooms: [mine]), $"rooms={elsewhere},{mine}"))
        {
            await kiosk.TakeAsync("joined", frame => frame.Text("room") == mine);
            Assert.Equal("forbidden", (await kiosk.TakeAsync("error")).Text("code"));
        }

        await using var full = await _gateway.ConnectAsync(user);
        Assert.Equal([mine], full.Welcome.GetProperty("rooms").EnumerateArray().Select(room => room.Text("room")));
    }

    [Fact]
    public async Task A_limited_token_lists_blocks_of_its_own_direct_rooms_alone_and_sets_and_lifts_none()
    {
        var (user, bob, carol, dora) = (Names.New("alice"), Names.New("bob"), Names.New("carol"), Names.New("dora"));
        await using var full = await _gateway.ConnectAsync(user);
        foreach (var blocked in new[] { bob, carol }) await full.DoAsync(new { type = "block", user = blocked });
        await using var kiosk = await _gateway.ConnectAsync(user, lifetime: null, ChatId.DirectRoom(user, carol), ChatId.DirectRoom(user, dora));
        Assert.Equal([carol], (await kiosk.DoAsync(new { type = "blocks" })).Texts("users"));
        foreach (var other in new[] { bob, carol }) await kiosk.RefusedAsync(new { type = "unblock", user = other }, "forbidden");
        await kiosk.RefusedAsync(new { type = "block", user = dora }, "forbidden");
        Assert.Equal(new[] { bob, carol }.Order(StringComparer.Ordinal), (await full.DoAsync(new { type = "blocks" })).Texts("users"));
    }

    [Fact]
    public async Task Another_token_in_band_takes_rooms_away_and_gives_them()
    {
        var (user, one, two) = (Names.New("alice"), Names.New("one"), Names.New("two"));
        await using var full = await _gateway.ConnectAsync(user);
        await using var client = await _gateway.OpenAsync(_gateway.Token(user), query: "");
        await client.WelcomedAsync();
        foreach (var room in new[] { one, two })
        {
            await full.JoinAsync(room);
            Assert.Equal(room, (await client.TakeAsync("room")).Text("room"));
        }

        await full.SayAsync(one, "1");
        await client.MessageAsync(one);

        await client.DoAsync(new { type = "token", token = _gateway.Token(user, rooms: [two]) });
        await client.RefusedAsync(new { type = "history", room = one }, "forbidden");
        var gone = await client.TakeAsync("room");
        Assert.Equal((one, true), (gone.Text("room"), gone.Flag("removed")));
        await full.SayAsync(one, "2");
        await full.SayAsync(two, "2");
        await client.MessageAsync(two);
        await client.DoAsync(new { type = "token", token = _gateway.Token(user) });
        var back = await client.TakeAsync("room");
        Assert.Equal((one, "member"), (back.Text("room"), back.Text("role")));
        await client.DoAsync(new { type = "history", room = one });
        await full.SayAsync(one, "3");
        Assert.Equal("3", (await client.TakeAsync("message", frame => frame.Text("room") == one)).Text("text"));
    }

    [Fact]
    public async Task A_room_that_waits_to_be_followed_is_not_when_the_token_has_lost_it_meanwhile()
    {
        var held = HeldCall.ForHistory("two");
        await using var gateway = await TokenGateway.StartAsync(builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(held));
        await using var bob = await gateway.ConnectAsync("bob");
        await bob.JoinAsync("two");
        await using var full = await gateway.ConnectAsync("alice");
        await using var client = await gateway.OpenAsync(gateway.Token("alice"), query: "");
        await client.WelcomedAsync();
        // What is asked of a room is done in its order: first a question that takes its time, then following it, then another.
        var first = await client.PostAsync(new { type = "history", room = "two" });
        await held.Reached;
        await full.JoinAsync("two");
        await client.TakeAsync("room", frame => frame.Text("room") == "two");
        await bob.SayAsync("two", "for members");
        var last = await client.PostAsync(new { type = "history", room = "two" });
        await client.DoAsync(new { type = "token", token = gateway.Token("alice", rooms: ["one"]) });
        held.Release();
        await client.ReplyAsync(first);
        Assert.Equal("forbidden", (await client.ReplyAsync(last)).Text("code"));
        Assert.Empty(client.Of("message"));
    }
}
