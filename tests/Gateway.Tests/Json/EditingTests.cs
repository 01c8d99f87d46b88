using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class EditingTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task A_topic_is_an_event_for_everyone_and_greets_whoever_joins()
    {
        var room = Names.New("dev");
        await using var owner = await OwnerOfAsync(room);
        await using var client = await _gateway.ConnectToAsync(Names.New("bob"), room);
        Assert.Equal("ok", (await owner.DoAsync(new { type = "topic", room, topic = "tea & 🍵 <b>" })).Type());
        foreach (var device in new[] { owner, client })
        {
            var told = await device.TakeAsync("topic");
            Assert.Equal(["type", "room", "seq", "from", "topic", "at"], told.Names());
            Assert.Equal(
                (room, 1, owner.Welcome.Text("user"), "tea & 🍵 <b>"),
                (told.Text("room"), told.Number("seq"), told.Text("from"), told.Text("topic")));
        }

        Assert.Equal(2, (await client.SayAsync(room, "hi")).Number("seq"));
        Assert.Equal("tea & 🍵 <b>", (await client.JoinAsync(room)).Text("topic"));
        var listed = (await client.DoAsync(new { type = "rooms", query = room })).Items("rooms").Single();
        Assert.Equal("tea & 🍵 <b>", listed.Text("topic"));
        await owner.DoAsync(new { type = "topic", room, topic = (string?)null });
        var cleared = await client.TakeAsync("topic");
        Assert.Equal((false, 3), (cleared.Has("topic"), cleared.Number("seq")));
        Assert.False((await client.JoinAsync(room)).Has("topic"));
        // What is so already is fine, and no event.
        await owner.DoAsync(new { type = "topic", room, topic = (string?)null });
        Assert.Equal(4, (await client.SayAsync(room, "hi")).Number("seq"));
    }

    [Fact]
    public async Task An_archived_room_is_read_and_not_written_until_it_is_restored()
    {
        var room = Names.New("dev");
        await using var owner = await OwnerOfAsync(room);
        await using var client = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await client.SayAsync(room, "hi");
        await owner.DoAsync(new { type = "archive", room, reason = "moved" });
        var told = await client.TakeAsync("archived");
        Assert.Equal(["type", "room", "seq", "from", "reason", "at"], told.Names());
        Assert.Equal((2, "moved"), (told.Number("seq"), told.Text("reason")));
        await client.RefusedAsync(new { type = "send", room, text = "hi" }, "archived", "room");
        await client.RefusedAsync(new { type = "typing", room }, "archived", "room");
        await owner.RefusedAsync(new { type = "send", room, text = "hi" }, "archived", "room");
        await owner.RefusedAsync(new { type = "topic", room, topic = "tea" }, "archived", "room");
        await client.DoAsync(new { type = "read", room, seq = 2 });
        await using var newcomer = await _gateway.ConnectAsync(Names.New("carol"));
        Assert.True((await newcomer.JoinAsync(room)).Flag("archived"));
        var history = await newcomer.DoAsync(new { type = "history", room });
        Assert.Equal(["message", "archived"], history.Items("messages").Select(message => message.Type()));
        await using var again = await _gateway.ConnectAsync(client.Welcome.Text("user"));
        Assert.True(again.Welcome.Items("rooms").Single().Flag("archived"));
        Assert.True((await again.DoAsync(new { type = "rooms", query = room })).Items("rooms").Single().Flag("archived"));

        await owner.DoAsync(new { type = "archive", room, archived = true });
        await owner.DoAsync(new { type = "archive", room, archived = false });
        var restored = await client.TakeAsync("restored");
        Assert.Equal(["type", "room", "seq", "from", "at"], restored.Names());
        Assert.Equal(3, restored.Number("seq"));
        Assert.Equal(4, (await client.SayAsync(room, "hi")).Number("seq"));
        Assert.False((await newcomer.JoinAsync(room)).Has("archived"));
        var resumed = await again.DoAsync(new { type = "join", room, since = 1 });
        Assert.Equal(["archived", "restored", "message"], resumed.Items("events").Select(message => message.Type()));
    }

    [Fact]
    public async Task Whoever_may_not_edit_is_told_so_and_what_is_wrong_is_named()
    {
        var (bob, carol, room) = (Names.New("bob"), Names.New("carol"), Names.New("dev"));
        await using var owner = await OwnerOfAsync(room);
        await using var client = await _gateway.ConnectToAsync(bob, room);
        await using var moderator = await _gateway.ConnectToAsync(carol, room);
        await owner.DoAsync(new { type = "role", room, user = carol, role = "moderator" });
        await client.RefusedAsync(new { type = "topic", room, topic = "mine" }, "forbidden");
        await client.RefusedAsync(new { type = "archive", room }, "forbidden");
        await moderator.DoAsync(new { type = "topic", room, topic = "ours" });
        await moderator.RefusedAsync(new { type = "archive", room }, "forbidden");
        await moderator.RefusedAsync(new { type = "archive", room, archived = false }, "forbidden");
        await owner.RefusedAsync(new { type = "topic", room }, "missing_field", "topic");
        await owner.RefusedAsync(new { type = "topic", room, topic = "" }, "bad_field", "topic");
        await owner.RefusedAsync(new { type = "topic", room, topic = new string('x', 251) }, "bad_field", "topic");
        await owner.RefusedAsync(new { type = "topic", room, topic = "two\nlines" }, "bad_field", "topic");
        await owner.RefusedAsync(new { type = "topic", room, topic = 7 }, "bad_field", "topic");
        await owner.RefusedAsync(new { type = "archive", room, archived = "yes" }, "bad_field", "archived");
        await using var outsider = await _gateway.ConnectAsync(Names.New("eve"));
        await outsider.RefusedAsync(new { type = "topic", room, topic = "mine" }, "not_member", "room");
        await outsider.RefusedAsync(new { type = "archive", room = Names.New("nowhere") }, "no_such_room", "room");
        await client.DoAsync(new { type = "send", to = carol, text = "psst" });
        foreach (var type in new[] { "topic", "archive" })
            await client.RefusedAsync(new { type, room = $"dm:{bob}:{carol}", topic = "ours" }, "forbidden", "room");
    }

    private async Task<ChatClient> OwnerOfAsync(string room)
    {
        var owner = await _gateway.ConnectAsync(Names.New("owner"));
        await owner.DoAsync(new { type = "create", room, kind = "public" });
        await owner.JoinAsync(room);
        return owner;
    }
}
