using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

public sealed class RoomsApiTests(SharedApi api)
{
    [Fact]
    public async Task A_room_is_created_read_and_listed()
    {
        var (alice, room) = (Names.New("alice"), Names.New("room"));
        using var client = api.As(alice);
        var created = await client.PostAsync("/api/rooms", new { room, kind = "private", topic = "Tea" }, 201);
        Assert.Equal((room, "private", "Tea", "owner"), (created.Text("room"), created.Text("kind"), created.Text("topic"), created.Text("role")));
        await client.PostAsync($"/api/rooms/{room}/messages", new { text = "hi" }, 201);
        var read = await client.GetAsync($"/api/rooms/{room}");
        Assert.Equal(("Tea", 1, 1, "owner", false), (read.Text("topic"), read.Number("members"), read.Number("lastSeq"), read.Text("role"), read.Flag("archived")));
        var listed = (await client.GetAsync($"/api/rooms?query={room}")).Items("rooms").Single();
        Assert.Equal((room, true, "owner", 1, 0, 1), (listed.Text("room"), listed.Flag("member"), listed.Text("role"), listed.Number("lastSeq"), listed.Number("readSeq"), listed.Number("unread")));

        // To others it does not exist, and neither does one that really does not.
        using var outsider = api.As(Names.New("eve"));
        var hidden = await outsider.GetRefusedAsync($"/api/rooms/{room}", 404, "no_such_room", "room");
        var missing = await outsider.GetRefusedAsync("/api/rooms/never", 404, "no_such_room", "room");
        Assert.Equal(missing.Text("detail").Replace("never", room, StringComparison.Ordinal), hidden.Text("detail"));
        Assert.Empty((await outsider.GetAsync($"/api/rooms?query={room}")).Items("rooms"));
        using var application = api.Application();
        Assert.False((await application.GetAsync($"/api/rooms/{room}")).Has("role"));
        Assert.False((await application.GetAsync($"/api/rooms?query={room}")).Items("rooms").Single().Flag("member"));
    }

    [Fact]
    public async Task Who_is_banned_from_a_public_room_still_finds_it_and_reads_nothing()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("room"));
        using var owner = api.As(alice);
        await owner.PostAsync("/api/rooms", new { room, kind = "public", topic = "Tea" }, 201);
        using var banned = api.As(bob);
        await banned.PostAsync($"/api/rooms/{room}/join");
        await owner.PostAsync($"/api/rooms/{room}/ban", new { user = bob }, 204);
        await owner.PostAsync($"/api/rooms/{room}/messages", new { text = "he is gone" }, 201);
        // As to whoever was never in it, here and on the wire.
        await using var socket = await api.Tokens.ConnectAsync(bob);
        using var stranger = api.As(Names.New("carol"));
        var seen = (await stranger.GetAsync($"/api/rooms?query={room}")).Items("rooms").Single().GetRawText();
        Assert.Contains("\"Tea\"", seen, StringComparison.Ordinal);
        Assert.Equal(seen, (await banned.GetAsync($"/api/rooms?query={room}")).Items("rooms").Single().GetRawText());
        Assert.Equal("Tea", (await socket.DoAsync(new { type = "rooms", query = room })).Items("rooms").Single().Text("topic"));
        foreach (var what in new[] { "messages", "members", "audit" })
            Assert.Equal(403, (int)(await banned.GetRefusedAsync($"/api/rooms/{room}/{what}", 403, "banned", "room")).Number("status"));
        await banned.PostRefusedAsync($"/api/rooms/{room}/join", null, 403, "banned", "room");
    }

    [Fact]
    public async Task The_address_of_a_new_room_is_where_it_can_be_read()
    {
        using var http = new HttpClient { BaseAddress = api.Gateway.Http };
        var room = Names.New("комната");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/rooms");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {api.Tokens.Token("alice")}");
        request.Content = new StringContent($$"""{"room":"{{room}}","kind":"public"}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        using var client = api.As("alice");
        Assert.Equal(room, (await client.GetAsync(response.Headers.Location!.OriginalString)).Text("room"));
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Pages_of_rooms_join_without_hole_or_repeat()
    {
        var prefix = Names.New("paged");
        using var client = api.As(Names.New("alice"));
        for (var i = 0; i < 7; i++) await client.PostAsync("/api/rooms", new { room = $"{prefix}.{i}", kind = "public" }, 201);
        var (names, after) = (new List<string>(), "");
        while (true)
        {
            var page = await client.GetAsync($"/api/rooms?query={prefix}.&limit=3{after}");
            names.AddRange(page.Items("rooms").Select(room => room.Text("room")));
            Assert.Equal(page.Flag("more"), page.Has("next"));
            if (!page.Flag("more")) break;
            after = $"&after={page.Text("next")}";
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"{prefix}.{i}"), names);
    }

    [Fact]
    public async Task A_topic_is_set_and_cleared_as_an_event()
    {
        var (room, client) = await CreateAsync("public");
        using var _ = client;
        Assert.Equal(1, (await client.PutAsync($"/api/rooms/{room}/topic", new { topic = "Tea" }, 200)).Number("seq"));
        // What is so already is no event.
        Assert.False((await client.PutAsync($"/api/rooms/{room}/topic", new { topic = "Tea" }, 200)).Has("seq"));
        Assert.Equal("Tea", (await client.GetAsync($"/api/rooms/{room}")).Text("topic"));
        await client.PutAsync($"/api/rooms/{room}/topic", """{"topic":null}""", 200);
        Assert.False((await client.GetAsync($"/api/rooms/{room}")).Has("topic"));
        var events = (await client.GetAsync($"/api/rooms/{room}/messages")).Items("messages");
        Assert.Equal(["topic", "topic"], events.Select(one => one.Type()));
        await client.RefusedAsync(HttpMethod.Put, $"/api/rooms/{room}/topic", new { }, 400, "missing_field", "topic");
        await client.RefusedAsync(HttpMethod.Put, $"/api/rooms/{room}/topic", new { topic = new string('x', 251) }, 400, "bad_field", "topic");
        await client.RefusedAsync(HttpMethod.Put, $"/api/rooms/{room}/topic", new { topic = 5 }, 400, "bad_field", "topic");
        using var member = api.As(Names.New("bob"));
        await member.PostAsync($"/api/rooms/{room}/join");
        await member.RefusedAsync(HttpMethod.Put, $"/api/rooms/{room}/topic", new { topic = "Mine" }, 403, "forbidden");
    }

    [Fact]
    public async Task An_archived_room_is_read_and_not_written_until_it_is_restored()
    {
        var (room, client) = await CreateAsync("public");
        using var _ = client;
        await client.PostAsync($"/api/rooms/{room}/archive");
        Assert.False((await client.PostAsync($"/api/rooms/{room}/archive", new { archived = true })).Has("seq"));
        Assert.True((await client.GetAsync($"/api/rooms/{room}")).Flag("archived"));
        Assert.True((await client.GetAsync($"/api/rooms?query={room}")).Items("rooms").Single().Flag("archived"));
        await client.PostRefusedAsync($"/api/rooms/{room}/messages", new { text = "hi" }, 403, "archived", "room");
        await client.PostAsync($"/api/rooms/{room}/archive", new { archived = false, reason = "a mistake" });
        await client.PostAsync($"/api/rooms/{room}/messages", new { text = "hi" }, 201);
        Assert.Equal(
            ["archived", "restored", "message"], (await client.GetAsync($"/api/rooms/{room}/messages")).Items("messages").Select(one => one.Type()));
        await client.PostRefusedAsync($"/api/rooms/{room}/archive", new { archived = "yes" }, 400, "bad_field", "archived");
        await client.PostRefusedAsync($"/api/rooms/{room}/archive", new { reason = "\u0007" }, 400, "bad_field", "reason");
        using var outsider = api.As(Names.New("eve"));
        await outsider.PostRefusedAsync($"/api/rooms/{room}/archive", null, 403, "not_member", "room");
    }

    [Fact]
    public async Task Joining_and_leaving_reach_the_users_connections()
    {
        var (bob, room) = (Names.New("bob"), Names.New("room"));
        await using var device = await api.Tokens.OpenAsync(api.Tokens.Token(bob), "");
        await device.WelcomedAsync();
        using var client = api.As(bob);
        var joined = await client.PostAsync($"/api/rooms/{room}/join");
        Assert.Equal((room, "public", "member"), (joined.Text("room"), joined.Text("kind"), joined.Text("role")));
        Assert.Equal(room, (await device.TakeAsync("room")).Text("room"));
        await client.PostAsync($"/api/rooms/{room}/leave", status: 204);
        Assert.True((await device.TakeAsync("room")).Flag("removed"));
        await client.PostAsync($"/api/rooms/{room}/leave", status: 204);
        var (shut, owner) = await CreateAsync("private");
        using var _ = owner;
        await client.PostRefusedAsync($"/api/rooms/{shut}/join", null, 403, "forbidden", "room");
        using var other = api.As(Names.New("member"));
        await owner.PostAsync($"/api/rooms/{shut}/invite", new { user = bob }, 204);
        await owner.PostRefusedAsync($"/api/rooms/{shut}/leave", null, 403, "last_owner", "room");
    }

    [Fact]
    public async Task What_cannot_be_a_room_is_refused_by_field()
    {
        using var client = api.As(Names.New("alice"));
        var room = Names.New("room");
        await client.PostAsync("/api/rooms", new { room, kind = "public" }, 201);
        await client.PostRefusedAsync("/api/rooms", new { room, kind = "public" }, 400, "bad_field", "room");
        await client.PostRefusedAsync("/api/rooms", new { kind = "public" }, 400, "missing_field", "room");
        await client.PostRefusedAsync("/api/rooms", new { room }, 400, "missing_field", "kind");
        await client.PostRefusedAsync("/api/rooms", new { room = "a b", kind = "public" }, 400, "bad_field", "room");
        await client.PostRefusedAsync("/api/rooms", new { room = 7, kind = "public" }, 400, "bad_field", "room");
        await client.PostRefusedAsync("/api/rooms", new { room = "dm:a:b", kind = "public" }, 400, "bad_field", "room");
        await client.PostRefusedAsync("/api/rooms", new { room = "x", kind = "direct" }, 400, "bad_field", "kind");
        await client.GetRefusedAsync("/api/rooms/-x", 400, "bad_field", "room");
        await client.GetRefusedAsync("/api/rooms/a%20b", 400, "bad_field", "room");
        foreach (var limit in new[] { "0", "201", "-1", "x", "1.5", "", "1,2", "99999999999999999999" })
            await client.GetRefusedAsync($"/api/rooms?limit={limit}", 400, "bad_field", "limit");
        await client.GetRefusedAsync($"/api/rooms?query={new string('q', 65)}", 400, "bad_field", "query");
        await client.GetRefusedAsync("/api/rooms?after=%00", 400, "bad_field", "after");
        await client.GetRefusedAsync("/api/rooms/dm:bob:carol", 403, "forbidden", "room");
    }

    private async Task<(string Room, ApiClient Owner)> CreateAsync(string kind)
    {
        var room = Names.New("room");
        var owner = api.As(Names.New("owner"));
        await owner.PostAsync("/api/rooms", new { room, kind }, 201);
        return (room, owner);
    }
}
