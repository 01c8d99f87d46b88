using System.Globalization;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class ReplyTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task A_join_is_answered_with_the_room_and_who_is_online()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("lobby"));
        await using var first = await _gateway.ConnectToAsync(alice, room);
        await first.SayAsync(room, "hi");
        await using var client = await _gateway.ConnectAsync(bob);
        var joined = await client.JoinAsync(room);
        Assert.Equal("joined", joined.Type());
        Assert.Equal((room, "public", "member"), (joined.Text("room"), joined.Text("kind"), joined.Text("role")));
        Assert.NotEmpty(joined.Text("log"));
        Assert.Equal((1, 1), (joined.Number("lastSeq"), joined.Number("readSeq")));
        Assert.Equal(2, joined.Number("online"));
        Assert.Equal([alice, bob], joined.Texts("users"));
        Assert.False(joined.Flag("recovered"));
        Assert.Empty(joined.Items("events"));
    }

    [Fact]
    public async Task A_send_is_answered_with_its_seq_time_and_key()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        var ack = await client.DoAsync(new { type = "send", room, text = "hi", key = "c1" });
        Assert.Equal(["type", "id", "room", "seq", "at", "key"], ack.Names());
        Assert.Equal(("ack", room, 1, "c1"), (ack.Type(), ack.Text("room"), ack.Number("seq"), ack.Text("key")));
        AssertIsTime(ack.Text("at"));
        Assert.Equal(["type", "id", "room", "seq", "at"], (await client.SayAsync(room, "without a key")).Names());
    }

    [Fact]
    public async Task A_leave_is_answered_and_ends_the_membership()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var client = await _gateway.ConnectToAsync(alice, room);
        var left = await client.DoAsync(new { type = "leave", room });
        Assert.Equal(("left", room), (left.Type(), left.Text("room")));
        await client.RefusedAsync(new { type = "send", room, text = "hi" }, "not_member", "room");
        await using var again = await _gateway.ConnectAsync(alice);
        Assert.Empty(again.Welcome.Items("rooms"));
        // Leaving what one is not in is no error: a retry must not fail.
        Assert.Equal("left", (await client.DoAsync(new { type = "leave", room })).Type());
    }

    [Fact]
    public async Task A_create_is_answered_and_makes_its_creator_the_owner()
    {
        var room = Names.New("dev");
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        var created = await client.DoAsync(new { type = "create", room, kind = "private", topic = "Über alles" });
        Assert.Equal(("created", room, "private", "owner"), (created.Type(), created.Text("room"), created.Text("kind"), created.Text("role")));
        Assert.Equal("Über alles", created.Text("topic"));
        Assert.Equal((0, 0), (created.Number("lastSeq"), created.Number("readSeq")));
        Assert.Equal(created.Text("log"), (await client.JoinAsync(room)).Text("log"));
        await client.RefusedAsync(new { type = "create", room, kind = "public" }, "bad_field", "room");
    }

    [Fact]
    public async Task A_ping_is_answered_with_a_pong()
    {
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        Assert.Equal(["type", "id"], (await client.DoAsync(new { type = "ping" })).Names());
        await client.SendAsync("""{"type":"ping"}""");
        Assert.Equal(["type"], (await client.TakeAsync("pong", frame => !frame.Has("id"))).Names());
    }

    [Theory]
    [InlineData("7")]
    [InlineData("-1.5e3")]
    [InlineData("\"a-1\"")]
    [InlineData("\"小明\"")]
    [InlineData("\"\\u00e9\\\"\"")]
    public async Task The_reply_repeats_the_id_as_it_was_sent(string id)
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        foreach (var command in new[] { "ping", "join", "members", "leave", "dance" })
        {
            await client.SendAsync($$"""{"type":"{{command}}","room":"{{room}}","id":{{id}}}""");
            await client.TakeAsync(
                command switch { "ping" => "pong", "join" => "joined", "leave" => "left", "dance" => "error", _ => command },
                frame => frame.GetProperty("id").GetRawText() == id);
        }
    }

    [Fact]
    public async Task Without_an_id_a_success_is_silent()
    {
        var (room, bob) = (Names.New("dev"), Names.New("bob"));
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        await client.TellAsync(new { type = "create", room, kind = "private" });
        await client.TellAsync(new { type = "send", room, text = "hi" });
        await client.TellAsync(new { type = "read", room, seq = 1 });
        foreach (var moderation in new[] { "invite", "mute", "unmute", "kick", "ban", "unban" })
            await client.TellAsync(new { type = moderation, room, user = bob });
        await client.TellAsync(new { type = "typing", room });
        // Commands to one room keep their order: when this is answered, all of them were.
        await client.DoAsync(new { type = "leave", room });
        Assert.Equal(["welcome", "left"], client.Frames.Select(frame => frame.Type()));

        var open = Names.New("lobby");
        await client.TellAsync(new { type = "join", room = open });
        await client.SayAsync(open, "followed");
        await client.MessageAsync(open);
        Assert.Empty(client.Of("joined"));
    }

    [Fact]
    public async Task What_asks_for_something_is_answered_without_an_id_too()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.TellAsync(new { type = "history", room });
        await client.TellAsync(new { type = "members", room });
        await client.TellAsync(new { type = "rooms" });
        await client.TellAsync(new { type = "join", room, since = 0 });
        foreach (var type in new[] { "history", "members", "rooms", "joined" }) await client.TakeAsync(type, frame => !frame.Has("id"));
    }

    [Fact]
    public async Task Several_commands_may_come_in_one_frame()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        await client.SendAsync(
            $$"""
            {"type":"join","id":"a","room":"{{room}}"}
            {"type":"send","id":"b","room":"{{room}}","text":"one\ntwo"}

            {"type":"dance","id":"c"}
            {"type":"ping","id":"d"}

            """.ReplaceLineEndings("\r\n"));
        await client.TakeAsync("joined", frame => frame.Text("id") == "a");
        await client.TakeAsync("ack", frame => frame.Text("id") == "b");
        await client.TakeAsync("error", frame => frame.Text("id") == "c");
        await client.TakeAsync("pong", frame => frame.Text("id") == "d");
        Assert.Equal("one\ntwo", (await client.MessageAsync(room)).Text("text"));
        Assert.Single(client.Of("error"));
    }

    [Fact]
    public async Task Unknown_fields_are_ignored()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.DoAsync(new { type = "send", room, text = "hi", colour = "red", nested = new { deep = new[] { 1, 2 } } });
        Assert.False((await client.MessageAsync(room)).Has("colour"));
    }

    internal static void AssertIsTime(string text) => Assert.True(
        DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out _), text);
}
