using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

/// <summary>A token that is limited to rooms can do nothing elsewhere.</summary>
public sealed class LimitedTokenTests(SharedApi api)
{
    [Fact]
    public async Task Every_operation_on_another_room_is_refused_whether_it_exists_or_not()
    {
        var (alice, mine, other) = (Names.New("alice"), Names.New("mine"), Names.New("other"));
        using var free = api.As(alice);
        foreach (var room in new[] { mine, other }) await free.PostAsync("/api/rooms", new { room, kind = "public" }, 201);
        using var limited = api.As(alice, mine);
        foreach (var room in new[] { other, "never" })
        {
            foreach (var part in new[] { "", "/messages", "/members", "/audit" })
                await limited.GetRefusedAsync($"/api/rooms/{room}{part}", 403, "forbidden", "room");
            foreach (var part in new[] { "join", "leave", "archive", "messages", "invite", "kick", "ban", "unban", "mute", "unmute", "role" })
            {
                await limited.PostRefusedAsync(
                    $"/api/rooms/{room}/{part}", new { user = "bob", role = "member", text = "hi" }, 403, "forbidden", "room");
            }

            await limited.RefusedAsync(HttpMethod.Put, $"/api/rooms/{room}/topic", new { topic = "x" }, 403, "forbidden", "room");
        }

        await limited.PostRefusedAsync("/api/rooms", new { room = Names.New("new"), kind = "public" }, 403, "forbidden", "room");
        await limited.PostRefusedAsync("/api/users/bob/messages", new { text = "hi" }, 403, "forbidden", "room");
        await limited.GetRefusedAsync("/api/blocks", 403, "forbidden");
        await limited.RefusedAsync(HttpMethod.Put, "/api/blocks/bob", null, 403, "forbidden");
        await limited.RefusedAsync(HttpMethod.Delete, "/api/blocks/bob", null, 403, "forbidden");
        await limited.GetRefusedAsync($"/api/users/{alice}/connections", 403, "forbidden");
        await limited.RefusedAsync(HttpMethod.Delete, $"/api/users/{alice}/connections", null, 403, "forbidden");
        await limited.PostRefusedAsync($"/api/users/{alice}/revoke", null, 403, "forbidden");
        Assert.Empty((await free.GetAsync($"/api/rooms/{other}/messages")).Items("messages"));
        await limited.PostAsync($"/api/rooms/{mine}/messages", new { text = "hi" }, 201);
        var sent = await limited.PostAsync("/api/messages", new { rooms = new[] { other, mine }, text = "hi" });
        Assert.Equal([true, false], sent.Items("results").Select(result => result.Has("error")));
    }

    [Fact]
    public async Task Lists_have_only_its_rooms_and_pages_of_them_are_full()
    {
        var (alice, prefix) = (Names.New("alice"), Names.New("scoped"));
        using var free = api.As(alice);
        var rooms = Enumerable.Range(0, 9).Select(i => $"{prefix}.{i}").ToList();
        foreach (var room in rooms) await free.PostAsync("/api/rooms", new { room, kind = "public" }, 201);
        using var limited = api.As(alice, rooms[1], rooms[4], rooms[7], "never");
        var first = await limited.GetAsync("/api/rooms?limit=2");
        Assert.Equal([rooms[1], rooms[4]], first.Items("rooms").Select(room => room.Text("room")));
        Assert.True(first.Flag("more"));
        var second = await limited.GetAsync($"/api/rooms?limit=2&after={first.Text("next")}");
        Assert.Equal([rooms[7]], second.Items("rooms").Select(room => room.Text("room")));
        Assert.False(second.Flag("more"));
        // Sockets see the same.
        await using var socket = await api.Tokens.ConnectAsync(alice, rooms: [rooms[1], rooms[4], rooms[7]]);
        var listed = await socket.DoAsync(new { type = "rooms", limit = 2 });
        Assert.Equal([rooms[1], rooms[4]], listed.Items("rooms").Select(room => room.Text("room")));
    }

    [Fact]
    public async Task Presence_is_seen_only_through_its_rooms()
    {
        var (alice, bob, mine, other) = (Names.New("alice"), Names.New("bob"), Names.New("mine"), Names.New("other"));
        using var free = api.As(alice);
        using var friend = api.As(bob);
        foreach (var client in new[] { free, friend }) await client.PostAsync($"/api/rooms/{other}/join");
        await free.GetAsync($"/api/users/{bob}/presence");
        using var limited = api.As(alice, mine);
        await limited.GetRefusedAsync($"/api/users/{bob}/presence", 403, "forbidden", "user");
        foreach (var client in new[] { free, friend }) await client.PostAsync($"/api/rooms/{mine}/join");
        await limited.GetAsync($"/api/users/{bob}/presence");
    }
}
