using System.Text.Json;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

public sealed class MessagesApiTests(SharedApi api)
{
    [Fact]
    public async Task What_is_sent_over_HTTP_is_the_event_that_sockets_are_sent()
    {
        var (alice, room) = (Names.New("alice"), Names.New("room"));
        await using var socket = await api.Tokens.ConnectAsync(alice);
        await socket.JoinAsync(room);
        using var client = api.As(alice);
        var ack = await client.PostAsync($"/api/rooms/{room}/messages", new { text = "héllo <b>", key = "k1", data = new { a = 1.50m } }, 201);
        Assert.Equal((room, 1, "k1", false), (ack.Text("room"), ack.Number("seq"), ack.Text("key"), ack.Has("duplicate")));
        await client.PostAsync($"/api/rooms/{room}/messages", new { text = "again", replyTo = 1 }, 201);
        var page = await client.GetAsync($"/api/rooms/{room}/messages");
        Assert.False(page.Flag("more"));
        foreach (var message in page.Items("messages")) Assert.Equal((await socket.MessageAsync(room)).GetRawText(), message.GetRawText());
        Assert.Equal(ack.Text("at"), page.Items("messages")[0].Text("at"));
    }

    [Fact]
    public async Task A_key_stores_a_message_once_wherever_it_stands()
    {
        var room = Names.New("room");
        using var client = api.As(Names.New("alice"));
        await client.PostAsync($"/api/rooms/{room}/join");
        var path = $"/api/rooms/{room}/messages";
        var first = await client.PostAsync(path, new { text = "hi", key = "k1" }, 201);
        foreach (var (body, key) in new (object, string?)[]
        {
            (new { text = "hi", key = "k1" }, null),
            (new { text = "hi" }, "k1"),
            (new { text = "hi" }, "\"k1\""),
            (new { text = "hi", key = "k1" }, "k1"),
        })
        {
            var again = await client.DoAsync(HttpMethod.Post, path, body, 200, key);
            Assert.Equal((first.Number("seq"), first.Text("at"), true, "k1"), (again.Number("seq"), again.Text("at"), again.Flag("duplicate"), again.Text("key")));
        }

        await client.RefusedAsync(HttpMethod.Post, path, new { text = "hi", key = "k1" }, 400, "bad_field", "key", key: "k2");
        await client.RefusedAsync(HttpMethod.Post, path, new { text = "hi" }, 400, "bad_field", "Idempotency-Key", key: new string('k', 65));
        await client.RefusedAsync(HttpMethod.Post, path, new { text = "other" }, 409, "key_reused", "key", key: "k1");
        Assert.Single((await client.GetAsync(path)).Items("messages"));
    }

    [Fact]
    public async Task However_data_is_written_it_ends_no_frame_of_those_who_get_it()
    {
        var (alice, room) = (Names.New("alice"), Names.New("room"));
        using var client = api.As(alice);
        await using var socket = await api.Tokens.ConnectAsync(alice);
        await socket.JoinAsync(room);
        await client.PostAsync(
            $"/api/rooms/{room}/messages",
            "{ \"text\": \"hi\",\r\n \"data\": {\n\t\"n\": 1.50e3,\r\n\"\\n\": [ \"a\\n\\u2028 b\", { } ] } }",
            201);
        var message = await socket.MessageAsync(room);
        Assert.DoesNotContain(message.GetRawText(), static c => char.IsControl(c) || c == '\u2028');
        Assert.Equal("""{"n":1.50e3,"\n":["a\n\u2028 b",{}]}""", message.GetProperty("data").GetRawText());
        var page = await client.GetAsync($"/api/rooms/{room}/messages");
        Assert.Equal(message.GetProperty("data").GetRawText(), page.Items("messages")[0].GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData("""{"a":["\ud800"]}""", "bad_field", "data")]
    [InlineData("""{"\ud800":1}""", "bad_json", null)]
    public async Task Half_a_character_in_data_is_refused_and_no_fault_of_the_server(string data, string code, string? field)
    {
        var room = Names.New("room");
        using var client = api.As(Names.New("alice"));
        await client.PostAsync($"/api/rooms/{room}/join");
        await client.PostRefusedAsync($"/api/rooms/{room}/messages", $$"""{"text":"hi","data":{{data}}}""", 400, code, field);
        await using var socket = await api.Tokens.ConnectAsync(Names.New("bob"));
        await socket.JoinAsync(room);
        await socket.SendAsync($$"""{"type":"send","id":7,"room":"{{room}}","text":"hi","data":{{data}}}""");
        Assert.Equal(code, (await socket.TakeAsync("error")).Text("code"));
    }

    [Fact]
    public async Task What_was_stored_is_answered_by_its_key_also_to_whoever_may_no_longer_write()
    {
        var (alice, owner, open, shut) = (Names.New("alice"), Names.New("owner"), Names.New("open"), Names.New("shut"));
        using var client = api.As(alice);
        using var other = api.As(owner);
        foreach (var (room, kind) in new[] { (open, "public"), (shut, "private") })
        {
            await other.PostAsync("/api/rooms", new { room, kind }, 201);
            await other.PostAsync($"/api/rooms/{room}/invite", new { user = alice }, 204);
        }

        var first = await client.DoAsync(HttpMethod.Post, "/api/messages", new { rooms = new[] { open, shut }, text = "hi" }, key: "k1");
        var direct = await client.DoAsync(HttpMethod.Post, $"/api/users/{owner}/messages", new { text = "hi" }, 201, "k1");
        await other.PostAsync($"/api/rooms/{open}/mute", new { user = alice }, 204);
        await other.PostAsync($"/api/rooms/{shut}/ban", new { user = alice }, 204);
        await other.PutAsync($"/api/blocks/{alice}");

        var again = await client.DoAsync(HttpMethod.Post, "/api/messages", new { rooms = new[] { open, shut }, text = "hi" }, key: "k1");
        foreach (var (before, after) in first.Items("results").Zip(again.Items("results")))
            Assert.Equal((before.Text("room"), before.Number("seq"), true), (after.Text("room"), after.Number("seq"), after.Flag("duplicate")));
        var repeated = await client.DoAsync(HttpMethod.Post, $"/api/users/{owner}/messages", new { text = "hi" }, 200, "k1");
        Assert.Equal((direct.Number("seq"), true), (repeated.Number("seq"), repeated.Flag("duplicate")));
        foreach (var (path, code, status) in new[]
        {
            ($"/api/rooms/{open}/messages", "muted", 403), ($"/api/rooms/{shut}/messages", "no_such_room", 404), ($"/api/users/{owner}/messages", "blocked", 403),
        })
        {
            await client.RefusedAsync(HttpMethod.Post, path, new { text = "other" }, 409, "key_reused", "key", key: "k1");
            await client.RefusedAsync(HttpMethod.Post, path, new { text = "hi" }, status, code, "room", key: "k2");
        }
    }

    [Fact]
    public async Task Pages_join_in_both_directions()
    {
        var room = Names.New("room");
        using var client = api.As(Names.New("alice"));
        await client.PostAsync($"/api/rooms/{room}/join");
        for (var i = 1; i <= 8; i++) await client.PostAsync($"/api/rooms/{room}/messages", new { text = $"{i}" }, 201);
        Assert.Equal([3, 4, 5, 6, 7, 8, 1, 2], await ReadAllAsync("limit=6", "before"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], await ReadAllAsync("limit=3&after=0", "after"));
        Assert.Equal([5, 6, 3, 4, 1, 2], await ReadAllAsync("limit=2&before=7", "before"));
        Assert.Empty((await client.GetAsync($"/api/rooms/{room}/messages?after=8")).Items("messages"));

        async Task<List<long>> ReadAllAsync(string query, string direction)
        {
            var seqs = new List<long>();
            for (var page = await client.GetAsync($"/api/rooms/{room}/messages?{query}"); ;)
            {
                seqs.AddRange(page.Items("messages").Select(message => message.Number("seq")));
                if (!page.Flag("more")) return seqs;
                page = await client.GetAsync($"/api/rooms/{room}/messages?{query.Split('&')[0]}&{direction}={page.Number("next")}");
            }
        }
    }

    [Fact]
    public async Task A_page_of_long_messages_is_cut_short_and_none_is_left_out()
    {
        var room = Names.New("room");
        using var client = api.As(Names.New("alice"));
        await client.PostAsync($"/api/rooms/{room}/join");
        const int Messages = 90;
        var text = new string('x', 8 * 1024);
        for (var i = 0; i < Messages; i++) await client.PostAsync($"/api/rooms/{room}/messages", new { text }, 201);
        foreach (var (start, direction) in new[] { ("after=0&", "after"), ("", "before") })
        {
            var (seqs, query, pages) = (new List<long>(), start, 0);
            for (var more = true; more; pages++)
            {
                var page = await client.GetAsync($"/api/rooms/{room}/messages?{query}limit=200");
                seqs.AddRange(page.Items("messages").Select(message => message.Number("seq")));
                more = page.Flag("more");
                if (more) query = $"{direction}={page.Number("next")}&";
            }

            Assert.True(pages > 1, "one page held everything");
            Assert.Equal(Enumerable.Range(1, Messages).Select(i => (long)i), seqs.Order());
        }
    }

    [Fact]
    public async Task A_message_to_many_rooms_has_a_result_for_each()
    {
        var (alice, mine, also, shut) = (Names.New("alice"), Names.New("mine"), Names.New("also"), Names.New("shut"));
        using var client = api.As(alice);
        using var other = api.As(Names.New("other"));
        foreach (var room in new[] { mine, also }) await client.PostAsync($"/api/rooms/{room}/join");
        await other.PostAsync("/api/rooms", new { room = shut, kind = "private" }, 201);
        var bob = Names.New("bob");
        var direct = string.CompareOrdinal(alice, bob) < 0 ? $"dm:{alice}:{bob}" : $"dm:{bob}:{alice}";
        var body = new { rooms = new[] { mine, shut, also, direct, "dm:x:y" }, text = "news", key = "n1" };
        var results = (await client.PostAsync("/api/messages", body)).Items("results");
        Assert.Equal(body.rooms, results.Select(result => result.Text("room")));
        Assert.Equal(
            [null, "no_such_room", null, null, "forbidden"],
            results.Select(result => result.Has("error") ? result.GetProperty("error").Text("code") : null));
        Assert.All(results, result => Assert.Equal(result.Has("error"), !result.Has("seq")));
        var again = (await client.DoAsync(HttpMethod.Post, "/api/messages", new { body.rooms, body.text }, key: "n1")).Items("results");
        Assert.Equal([true, false, true, true, false], again.Select(result => result.Has("duplicate")));
        // An administrator needs no membership, and has no business in the direct rooms of others.
        using var application = api.Application();
        Assert.Equal(
            [false, false, false, true, true],
            (await application.PostAsync("/api/messages", body)).Items("results").Select(result => result.Has("error")));
    }

    [Fact]
    public async Task What_cannot_be_sent_to_many_is_sent_to_none()
    {
        var room = Names.New("room");
        using var client = api.As(Names.New("alice"));
        await client.PostAsync($"/api/rooms/{room}/join");
        await client.PostRefusedAsync("/api/messages", new { text = "hi" }, 400, "missing_field", "rooms");
        await client.PostRefusedAsync("/api/messages", new { rooms = room, text = "hi" }, 400, "bad_field", "rooms");
        await client.PostRefusedAsync("/api/messages", new { rooms = Array.Empty<string>(), text = "hi" }, 400, "bad_field", "rooms");
        await client.PostRefusedAsync("/api/messages", new { rooms = new object[] { room, 5 }, text = "hi" }, 400, "bad_field", "rooms");
        await client.PostRefusedAsync("/api/messages", new { rooms = new[] { room, "a b" }, text = "hi" }, 400, "bad_field", "rooms");
        await client.PostRefusedAsync("/api/messages", new { rooms = new[] { room, room }, text = "hi" }, 400, "bad_field", "rooms");
        await client.PostRefusedAsync(
            "/api/messages", new { rooms = Enumerable.Range(0, 101).Select(i => $"r{i}"), text = "hi" }, 400, "bad_field", "rooms");
        await client.PostRefusedAsync("/api/messages", new { rooms = new[] { room }, text = "hi", replyTo = 1 }, 400, "bad_field", "replyTo");
        await client.PostRefusedAsync("/api/messages", new { rooms = new[] { room } }, 400, "missing_field", "text");
        Assert.Empty((await client.GetAsync($"/api/rooms/{room}/messages")).Items("messages"));
    }

    [Fact]
    public async Task A_direct_message_makes_the_room_of_the_two()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        using var client = api.As(alice);
        var ack = await client.PostAsync($"/api/users/{bob}/messages", new { text = "psst" }, 201);
        using var other = api.As(bob);
        Assert.Equal("psst", (await other.GetAsync($"/api/rooms/{ack.Text("room")}/messages")).Items("messages").Single().Text("text"));
        using var third = api.As(Names.New("eve"));
        await third.GetRefusedAsync($"/api/rooms/{ack.Text("room")}/messages", 403, "forbidden", "room");
        await client.PostRefusedAsync("/api/users/a%20b/messages", new { text = "psst" }, 400, "bad_field", "user");
    }

    [Fact]
    public async Task Messages_follow_the_rules_of_the_wire()
    {
        var room = Names.New("room");
        using var client = api.As(Names.New("alice"));
        await client.PostRefusedAsync($"/api/rooms/{room}/messages", new { text = "hi" }, 404, "no_such_room", "room");
        await client.PostAsync($"/api/rooms/{room}/join");
        using var outsider = api.As(Names.New("eve"));
        await outsider.PostRefusedAsync($"/api/rooms/{room}/messages", new { text = "hi" }, 403, "not_member", "room");
        await outsider.GetRefusedAsync($"/api/rooms/{room}/messages", 403, "not_member", "room");
        var path = $"/api/rooms/{room}/messages";
        await client.PostRefusedAsync(path, new { }, 400, "missing_field", "text");
        await client.PostRefusedAsync(path, new { text = "" }, 400, "bad_field", "text");
        await client.PostRefusedAsync(path, new { text = 5 }, 400, "bad_field", "text");
        await client.PostRefusedAsync(path, """{"text":"\ud800"}""", 400, "bad_field", "text");
        await client.PostRefusedAsync(path, """{"text":"a\u0000b"}""", 400, "bad_field", "text");
        await client.PostRefusedAsync(path, new { text = new string('x', 9000) }, 413, "text_too_long", "text");
        await client.PostRefusedAsync(path, new { text = "hi", data = "no object" }, 400, "bad_field", "data");
        await client.PostRefusedAsync(path, new { text = "hi", data = new { x = new string('x', 17000) } }, 413, "text_too_long", "data");
        await client.PostRefusedAsync(path, new { text = "hi", replyTo = 1 }, 400, "bad_field", "replyTo");
        await client.PostRefusedAsync(path, new { text = "hi", replyTo = 1.5 }, 400, "bad_field", "replyTo");
        await client.PostRefusedAsync(path, new { text = "hi", key = new string('k', 65) }, 400, "bad_field", "key");
        await client.GetRefusedAsync($"{path}?before=1&after=1", 400, "bad_field", "after");
        await client.GetRefusedAsync($"{path}?before=-1", 400, "bad_field", "before");
        await client.GetRefusedAsync($"{path}?after=9007199254740992", 400, "bad_field", "after");
        await client.GetRefusedAsync($"{path}?limit=201", 400, "bad_field", "limit");
        // On the wire it would be ignored: clients are older than servers there.
        await client.PostRefusedAsync(path, new { text = "hi", extra = new[] { 1 } }, 400, "bad_field", "extra");
        Assert.Equal(JsonValueKind.Array, (await client.GetAsync(path)).GetProperty("messages").ValueKind);
    }
}
