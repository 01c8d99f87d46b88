using System.Text.Json;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class ListingTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task History_pages_backwards_and_forwards()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        var empty = await client.DoAsync(new { type = "history", room });
        Assert.Equal((room, 0, false), (empty.Text("room"), empty.Items("messages").Length, empty.Flag("more")));
        for (var i = 1; i <= 60; i++) await client.PostAsync(new { type = "send", room, text = $"{i}" });
        await client.TakeAsync("message", frame => frame.Number("seq") == 60);

        await AssertPageAsync(new { type = "history", room }, 11, 60, more: true);
        await AssertPageAsync(new { type = "history", room, limit = 60 }, 1, 60, more: false);
        await AssertPageAsync(new { type = "history", room, limit = 200 }, 1, 60, more: false);
        await AssertPageAsync(new { type = "history", room, before = 11 }, 1, 10, more: false);
        await AssertPageAsync(new { type = "history", room, before = 31, limit = 10 }, 21, 30, more: true);
        await AssertPageAsync(new { type = "history", room, after = 0, limit = 7 }, 1, 7, more: true);
        await AssertPageAsync(new { type = "history", room, after = 53, limit = 7 }, 54, 60, more: false);
        await AssertPageAsync(new { type = "history", room, after = 60 }, 1, 0, more: false);
        await AssertPageAsync(new { type = "history", room, before = 1 }, 1, 0, more: false);
        await AssertPageAsync(new { type = "history", room, before = 9007199254740991 }, 11, 60, more: true);

        async Task AssertPageAsync(object command, int first, int last, bool more)
        {
            var page = await client.DoAsync(command);
            var messages = page.Items("messages");
            Assert.Equal(Enumerable.Range(first, last - first + 1), messages.Select(message => (int)message.Number("seq")));
            Assert.All(messages, message => Assert.Equal($"{message.Number("seq")}", message.Text("text")));
            Assert.Equal(more, page.Flag("more"));
        }
    }

    [Fact]
    public async Task A_message_in_history_is_the_message_that_was_sent_live()
    {
        var room = Names.New("lobby");
        await using var client = await ChatClient.ConnectAsync(_gateway.Json(Names.New("alice"), $"name=A&rooms={room}"));
        await client.SayAsync(room, "one");
        await client.DoAsync(new { type = "send", room, text = "two\u2028\"</script>", key = "k", replyTo = 1, data = new { a = 1.50m } });
        var history = await client.DoAsync(new { type = "history", room });
        Assert.Equal(
            [(await client.MessageAsync(room)).GetRawText(), (await client.MessageAsync(room)).GetRawText()],
            history.Items("messages").Select(message => message.GetRawText()));
    }

    [Fact]
    public async Task A_page_of_long_messages_is_cut_short_and_says_that_there_is_more()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        var text = new string('x', 8000);
        for (var i = 0; i < 100; i++) await client.SayAsync(room, text);
        var newest = await client.DoAsync(new { type = "history", room, limit = 100 });
        Assert.InRange(newest.Items("messages").Length, 10, 99);
        Assert.True(newest.Flag("more"));
        Assert.Equal(100, newest.Items("messages")[^1].Number("seq"));
        var oldest = await client.DoAsync(new { type = "history", room, after = 0, limit = 100 });
        Assert.InRange(oldest.Items("messages").Length, 10, 99);
        Assert.True(oldest.Flag("more"));
        Assert.Equal(1, oldest.Items("messages")[0].Number("seq"));
    }

    [Fact]
    public async Task Members_are_listed_page_by_page_with_role_name_and_presence()
    {
        var room = Names.New("hall");
        await using var owner = await ChatClient.ConnectAsync(_gateway.Json("a" + Names.New("owner"), "subscribe=none&name=The%20Owner"));
        await owner.DoAsync(new { type = "create", room, kind = "public" });
        await owner.JoinAsync(room);
        var guests = Enumerable.Range(0, 7).Select(i => $"b{i}-{Names.New("guest")}").ToArray();
        foreach (var guest in guests) await owner.DoAsync(new { type = "invite", room, user = guest });
        await using var online = await _gateway.ConnectToAsync(guests[2], room);

        var listed = new List<JsonElement>();
        string? after = null;
        JsonElement page;
        do
        {
            page = await owner.DoAsync(new { type = "members", room, after, limit = 3 });
            Assert.InRange(page.Items("users").Length, 1, 3);
            listed.AddRange(page.Items("users"));
            after = listed[^1].Text("user");
        }
        while (page.Flag("more"));
        Assert.Equal([owner.Welcome.Text("user"), .. guests], listed.Select(member => member.Text("user")));
        Assert.Equal(("owner", "The Owner"), (listed[0].Text("role"), listed[0].Text("name")));
        Assert.All(listed[1..], member => Assert.Equal("member", member.Text("role")));
        Assert.Equal(
            [owner.Welcome.Text("user"), guests[2]],
            listed.Where(member => member.Flag("online")).Select(member => member.Text("user")));
        Assert.False(listed[1].Has("name"));
    }

    [Fact]
    public async Task Rooms_are_listed_with_their_counts_and_found_by_name_or_topic()
    {
        var mark = Names.New("Zürich");
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        await using var other = await _gateway.ConnectToAsync(Names.New("bob"), $"{mark}-b");
        await other.SayAsync($"{mark}-b", "hi");
        await client.JoinAsync($"{mark}-a");
        await client.DoAsync(new { type = "create", room = $"{mark}-d", kind = "private", topic = "ours" });
        await other.DoAsync(new { type = "create", room = $"{mark}-e", kind = "private" });
        var topical = Names.New("topical");
        await other.DoAsync(new { type = "create", room = topical, kind = "public", topic = $"all about {mark}-c" });

        var listed = new List<JsonElement>();
        string? after = null;
        JsonElement page;
        do
        {
            page = await client.DoAsync(new { type = "rooms", query = mark, after, limit = 2 });
            Assert.InRange(page.Items("rooms").Length, 1, 2);
            listed.AddRange(page.Items("rooms"));
            after = listed[^1].Text("room");
        }
        while (page.Flag("more"));
        Assert.Equal([$"{mark}-a", $"{mark}-b", $"{mark}-d", topical], listed.Select(room => room.Text("room")));
        Assert.Equal((true, "member", 1, 0), (listed[0].Flag("member"), listed[0].Text("role"), listed[0].Number("members"), listed[0].Number("unread")));
        Assert.Equal((false, 1, 1), (listed[1].Flag("member"), listed[1].Number("members"), listed[1].Number("lastSeq")));
        Assert.False(listed[1].Has("role") || listed[1].Has("unread") || listed[1].Has("readSeq"));
        Assert.Equal(("private", "ours", "owner"), (listed[2].Text("kind"), listed[2].Text("topic"), listed[2].Text("role")));
    }

    [Theory]
    [InlineData("OBBY", true)]
    [InlineData("b%y", false)]
    [InlineData("b_y", false)]
    [InlineData("\\", false)]
    public async Task A_query_is_a_piece_of_the_name_whatever_its_case(string piece, bool found)
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        // Of this room alone: all that have a lobby in their names are more than one page may hold.
        var page = await client.DoAsync(new { type = "rooms", query = piece + room["lobby".Length..] });
        Assert.Equal(found ? [room] : [], page.Items("rooms").Select(entry => entry.Text("room")));
    }

    [Fact]
    public async Task A_query_ignores_the_case_of_every_script()
    {
        var room = Names.New("Ångström");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        var page = await client.DoAsync(new { type = "rooms", query = room.ToUpperInvariant() });
        Assert.Equal([room], page.Items("rooms").Select(entry => entry.Text("room")));
    }
}
