using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class DirectTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task The_first_direct_message_reaches_every_device_of_the_other()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        var room = $"dm:{alice}:{bob}";
        await using var sender = await _gateway.ConnectToAllAsync(bob);
        await using var phone = await _gateway.ConnectToAllAsync(alice);
        await using var tablet = await _gateway.ConnectAsync(alice);
        var ack = await sender.DoAsync(new { type = "send", to = alice, text = "psst" });
        Assert.Equal((room, 1), (ack.Text("room"), ack.Number("seq")));

        var added = await phone.TakeAsync("room");
        Assert.Equal((room, "direct", "member", 0), (added.Text("room"), added.Text("kind"), added.Text("role"), added.Number("readSeq")));
        Assert.Equal("psst", (await phone.MessageAsync(room)).Text("text"));
        Assert.Equal(room, (await tablet.TakeAsync("room")).Text("room"));
        await sender.MessageAsync(room);

        await phone.DoAsync(new { type = "send", to = bob, text = "what?" });
        Assert.Equal("what?", (await sender.MessageAsync(room)).Text("text"));
        Assert.Equal("what?", (await phone.MessageAsync(room)).Text("text"));
        // Once each, and the tablet, which follows nothing, none.
        await phone.CatchUpAsync();
        await tablet.CatchUpAsync();
        Assert.Equal((2, 0), (phone.Of("message").Count(), tablet.Of("message").Count()));
        Assert.Single(phone.Of("room"));
    }

    [Fact]
    public async Task A_direct_message_waits_for_whoever_is_away()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        await using var sender = await _gateway.ConnectAsync(alice);
        await sender.DoAsync(new { type = "send", to = bob, text = "are you there?" });
        await using var client = await _gateway.ConnectAsync(bob);
        var entry = client.Welcome.Items("rooms").Single();
        Assert.Equal(($"dm:{alice}:{bob}", "direct", 1), (entry.Text("room"), entry.Text("kind"), entry.Number("unread")));
        var history = await client.DoAsync(new { type = "history", room = entry.Text("room") });
        Assert.Equal("are you there?", history.Items("messages").Single().Text("text"));
    }

    [Fact]
    public async Task A_direct_room_is_the_same_whichever_way_it_is_named()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        await using var client = await _gateway.ConnectAsync(alice);
        Assert.Equal($"dm:{alice}:{bob}", (await client.JoinAsync($"dm:{bob}:{alice}")).Text("room"));
        Assert.Equal(1, (await client.SayAsync($"dm:{bob}:{alice}", "one")).Number("seq"));
        Assert.Equal(2, (await client.DoAsync(new { type = "send", to = bob, text = "two" })).Number("seq"));
        Assert.Equal("direct", (await client.JoinAsync($"dm:{alice}:{bob}")).Text("kind"));
    }

    [Fact]
    public async Task Joining_a_direct_room_tells_the_other_nothing_until_something_is_said()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        await using var other = await _gateway.ConnectToAllAsync(bob);
        await using var client = await _gateway.ConnectAsync(alice);
        await client.JoinAsync($"dm:{alice}:{bob}");
        var members = await client.DoAsync(new { type = "members", room = $"dm:{alice}:{bob}" });
        Assert.Equal([alice], members.Items("users").Select(user => user.Text("user")));
        await client.DoAsync(new { type = "send", to = bob, text = "hi" });
        await other.TakeAsync("room");
        Assert.Equal(2, (await client.DoAsync(new { type = "members", room = $"dm:{alice}:{bob}" })).Items("users").Length);
    }

    [Fact]
    public async Task One_may_write_to_oneself()
    {
        var alice = Names.New("alice");
        await using var client = await _gateway.ConnectToAllAsync(alice);
        await client.DoAsync(new { type = "send", to = alice, text = "milk" });
        Assert.Equal("milk", (await client.MessageAsync($"dm:{alice}:{alice}")).Text("text"));
        await client.DoAsync(new { type = "send", to = alice, text = "eggs" });
        Assert.Equal("eggs", (await client.MessageAsync($"dm:{alice}:{alice}")).Text("text"));
        await client.CatchUpAsync();
        Assert.Equal(2, client.Of("message").Count());
    }

    [Fact]
    public async Task Whoever_left_a_direct_room_is_back_in_it_when_something_is_said()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        var room = $"dm:{alice}:{bob}";
        await using var sender = await _gateway.ConnectAsync(alice);
        await using var other = await _gateway.ConnectToAllAsync(bob);
        await sender.DoAsync(new { type = "send", to = bob, text = "one" });
        await other.MessageAsync(room);
        await other.DoAsync(new { type = "leave", room });
        await sender.DoAsync(new { type = "send", to = bob, text = "two" });
        Assert.Equal("two", (await other.MessageAsync(room)).Text("text"));
    }

    [Fact]
    public async Task The_direct_room_of_others_is_forbidden()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        var room = $"dm:{alice}:{bob}";
        await using var sender = await _gateway.ConnectAsync(alice);
        await sender.DoAsync(new { type = "send", to = bob, text = "secret" });
        await using var eve = await _gateway.ConnectAsync(Names.New("eve"));
        foreach (var type in new[] { "join", "history", "members", "typing", "leave" })
            await eve.RefusedAsync(new { type, room }, "forbidden", "room");
        await eve.RefusedAsync(new { type = "send", room, text = "hi" }, "forbidden", "room");
        await eve.RefusedAsync(new { type = "read", room, seq = 1 }, "forbidden", "room");
        await eve.RefusedAsync(new { type = "kick", room, user = bob }, "forbidden", "room");
        var listed = await eve.DoAsync(new { type = "rooms", query = alice });
        Assert.Empty(listed.Items("rooms"));
    }
}
