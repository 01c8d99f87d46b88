using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class MessageTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task A_message_reaches_every_follower_with_all_that_was_sent()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var sender = await ChatClient.ConnectAsync(_gateway.Json(alice, "subscribe=none&name=Alice%20L."));
        await sender.JoinAsync(room);
        await using var other = await _gateway.ConnectToAsync(alice, room);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await sender.SayAsync(room, "first");
        var ack = await sender.DoAsync(new { type = "send", room, text = "second", key = "c1", replyTo = 1, data = new { mood = "小" } });
        foreach (var client in new[] { sender, other, bob })
        {
            await client.MessageAsync(room);
            var message = await client.MessageAsync(room);
            Assert.Equal(["type", "room", "seq", "from", "name", "text", "at", "key", "replyTo", "data"], message.Names());
            Assert.Equal((2, alice, "Alice L.", "second"), (message.Number("seq"), message.Text("from"), message.Text("name"), message.Text("text")));
            Assert.Equal(("c1", 1), (message.Text("key"), message.Number("replyTo")));
            Assert.Equal(ack.Text("at"), message.Text("at"));
            Assert.Equal("小", message.GetProperty("data").Text("mood"));
        }
    }

    [Fact]
    public async Task Fields_that_were_not_sent_are_not_there()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.SayAsync(room, "hi");
        Assert.Equal(["type", "room", "seq", "from", "text", "at"], (await client.MessageAsync(room)).Names());
    }

    [Fact]
    public async Task Data_alone_is_a_message()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.DoAsync(new { type = "send", room, text = "", data = new { card = 7 } });
        Assert.Equal(7, (await client.MessageAsync(room)).GetProperty("data").Number("card"));
    }

    [Fact]
    public async Task Three_hundred_pipelined_sends_arrive_in_order_without_a_gap()
    {
        var room = Names.New("lobby");
        await using var sender = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await using var reader = await _gateway.ConnectToAsync(Names.New("bob"), room);
        var ids = new List<long>();
        for (var i = 1; i <= 300; i++) ids.Add(await sender.PostAsync(new { type = "send", room, text = $"{i}" }));
        for (var i = 1; i <= 300; i++)
        {
            Assert.Equal(i, (await sender.ReplyAsync(ids[i - 1])).Number("seq"));
            var message = await reader.MessageAsync(room);
            Assert.Equal((i, $"{i}"), (message.Number("seq"), message.Text("text")));
        }
    }

    [Fact]
    public async Task Sends_that_alternate_between_two_rooms_keep_the_order_of_each()
    {
        var (one, other) = (Names.New("one"), Names.New("other"));
        await using var sender = await _gateway.ConnectToAsync(Names.New("alice"), one);
        await sender.JoinAsync(other);
        await using var reader = await _gateway.ConnectToAsync(Names.New("bob"), one);
        await reader.JoinAsync(other);
        for (var i = 1; i <= 150; i++)
        {
            await sender.TellAsync(new { type = "send", room = one, text = $"{i}" });
            await sender.TellAsync(new { type = "send", room = other, text = $"{-i}" });
        }

        for (var i = 1; i <= 150; i++)
        {
            Assert.Equal($"{i}", (await reader.MessageAsync(one)).Text("text"));
            Assert.Equal($"{-i}", (await reader.MessageAsync(other)).Text("text"));
        }
    }

    [Fact]
    public async Task Everyone_sees_the_same_order_when_many_talk_at_once()
    {
        const int Talkers = 4;
        const int Each = 60;
        var room = Names.New("lobby");
        var clients = new List<ChatClient>();
        for (var i = 0; i < Talkers; i++) clients.Add(await _gateway.ConnectToAsync(Names.New("talker"), room));
        await Task.WhenAll(clients.Select(async client =>
        {
            for (var i = 0; i < Each; i++) await client.TellAsync(new { type = "send", room, text = $"{client.Welcome.Text("user")} {i}" });
        }));
        var seen = new List<string[]>();
        foreach (var client in clients)
        {
            for (var i = 1; i <= Talkers * Each; i++) Assert.Equal(i, (await client.MessageAsync(room)).Number("seq"));
            seen.Add([.. client.Of("message").Select(message => message.Text("text"))]);
            await client.DisposeAsync();
        }

        Assert.All(seen, texts => Assert.Equal(seen[0], texts));
        // And what one talker said stands in the order in which it was said.
        Assert.All(clients, client =>
        {
            var user = client.Welcome.Text("user") + " ";
            Assert.Equal(
                Enumerable.Range(0, Each).Select(i => $"{user}{i}"),
                seen[0].Where(text => text.StartsWith(user, StringComparison.Ordinal)));
        });
    }

    [Fact]
    public async Task The_same_key_is_the_same_seq()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var client = await _gateway.ConnectToAsync(alice, room);
        var first = await client.DoAsync(new { type = "send", room, text = "hi", key = "c1" });
        Assert.False(first.Has("duplicate"));
        await client.SayAsync(room, "between");
        await using var elsewhere = await _gateway.ConnectAsync(alice);
        var again = await elsewhere.DoAsync(new { type = "send", room, text = "hi", key = "c1" });
        Assert.True(again.Flag("duplicate"));
        Assert.Equal((first.Number("seq"), first.Text("at"), "c1"), (again.Number("seq"), again.Text("at"), again.Text("key")));

        // Of another sender, and in another room, it is another message.
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        Assert.Equal(3, (await bob.DoAsync(new { type = "send", room, text = "hi", key = "c1" })).Number("seq"));
        var other = Names.New("other");
        await client.JoinAsync(other);
        Assert.Equal(1, (await client.DoAsync(new { type = "send", room = other, text = "hi", key = "c1" })).Number("seq"));
    }

    [Fact]
    public async Task A_key_repeated_within_one_burst_is_stored_once()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        var ids = new List<long>();
        for (var i = 0; i < 20; i++) ids.Add(await client.PostAsync(new { type = "send", room, text = "hi", key = "same" }));
        foreach (var id in ids) Assert.Equal(1, (await client.ReplyAsync(id)).Number("seq"));
        Assert.Equal(2, (await client.SayAsync(room, "next")).Number("seq"));
    }

    [Fact]
    public async Task A_key_used_for_another_message_is_refused()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.DoAsync(new { type = "send", room, text = "hi", key = "c1", data = new { n = 1 } });
        await client.RefusedAsync(new { type = "send", room, text = "ho", key = "c1", data = new { n = 1 } }, "key_reused", "key");
        await client.RefusedAsync(new { type = "send", room, text = "hi", key = "c1", data = new { n = 2 } }, "key_reused", "key");
        await client.RefusedAsync(new { type = "send", room, text = "hi", key = "c1", data = new { n = 1 }, replyTo = 1 }, "key_reused", "key");
        await client.DoAsync(new { type = "send", room, text = "hi", key = "c1", data = new { n = 1 } });
        Assert.Equal(2, (await client.SayAsync(room, "next")).Number("seq"));
    }
}
