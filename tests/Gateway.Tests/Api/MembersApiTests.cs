using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

public sealed class MembersApiTests(SharedApi api)
{
    [Fact]
    public async Task Members_are_listed_by_pages_with_who_is_online()
    {
        var (room, owner) = await CreateAsync();
        using var _ = owner;
        var users = Enumerable.Range(0, 5).Select(i => $"{room}.{i}").ToList();
        foreach (var user in users) await owner.PostAsync($"/api/rooms/{room}/invite", new { user }, 204);
        await using var online = await api.Tokens.ConnectAsync(users[1]);
        await online.JoinAsync(room);
        var first = await owner.GetAsync($"/api/rooms/{room}/members?limit=4");
        var second = await owner.GetAsync($"/api/rooms/{room}/members?limit=4&after={first.Text("next")}");
        Assert.Equal((true, false), (first.Flag("more"), second.Flag("more")));
        var all = first.Items("users").Concat(second.Items("users")).ToDictionary(member => member.Text("user"));
        Assert.Equal(6, all.Count);
        Assert.Equal([false, true, false, false, false], users.Select(user => all[user].Flag("online")));
        Assert.Equal(5, all.Values.Count(member => member.Text("role") == "member"));
        using var outsider = api.As(Names.New("eve"));
        await outsider.GetRefusedAsync($"/api/rooms/{room}/members", 404, "no_such_room", "room");
        await outsider.GetRefusedAsync("/api/rooms/never/members", 404, "no_such_room", "room");
        using var application = api.Application();
        Assert.Equal(6, (await application.GetAsync($"/api/rooms/{room}/members")).Items("users").Length);
    }

    [Fact]
    public async Task Each_act_of_moderation_works_and_is_in_the_audit()
    {
        var (room, owner) = await CreateAsync();
        using var _ = owner;
        var bob = Names.New("bob");
        using var client = api.As(bob);
        var say = $"/api/rooms/{room}/messages";
        await owner.PostAsync($"/api/rooms/{room}/invite", new { user = bob, reason = "a friend" }, 204);
        await client.PostAsync(say, new { text = "hi" }, 201);
        await owner.PostAsync($"/api/rooms/{room}/mute", new { user = bob, until = "2999-01-31T12:00:00Z", reason = "spam" }, 204);
        await client.PostRefusedAsync(say, new { text = "hi" }, 403, "muted", "room");
        var members = (await owner.GetAsync($"/api/rooms/{room}/members")).Items("users");
        Assert.Equal("2999-01-31T12:00:00.000Z", members.Single(member => member.Text("user") == bob).Text("mutedUntil"));
        await owner.PostAsync($"/api/rooms/{room}/unmute", new { user = bob }, 204);
        await owner.PostAsync($"/api/rooms/{room}/role", new { user = bob, role = "moderator" }, 204);
        Assert.Equal("moderator", (await client.GetAsync($"/api/rooms/{room}")).Text("role"));
        await owner.PostAsync($"/api/rooms/{room}/kick", new { user = bob }, 204);
        await client.PostRefusedAsync(say, new { text = "hi" }, 404, "no_such_room", "room");
        await owner.PostAsync($"/api/rooms/{room}/ban", new { user = bob, reason = "for good" }, 204);
        await client.PostRefusedAsync($"/api/rooms/{room}/join", null, 403, "forbidden", "room");
        await owner.PostAsync($"/api/rooms/{room}/unban", new { user = bob }, 204);

        var audit = await owner.GetAsync($"/api/rooms/{room}/audit");
        var entries = audit.Items("entries");
        Assert.Equal(["invite", "mute", "unmute", "role", "kick", "ban", "unban"], entries.Select(entry => entry.Text("action")));
        Assert.All(entries, entry => Assert.Equal(bob, entry.Text("user")));
        Assert.Equal("2999-01-31T12:00:00.000Z", entries[1].Text("until"));
        Assert.Equal(("spam", "moderator", "for good"), (entries[1].Text("reason"), entries[3].Text("detail"), entries[5].Text("reason")));
        Assert.False(entries[5].Has("until"), "for good is no time");
        Assert.False(audit.Flag("more"));

        var (ids, after) = (new List<long>(), "");
        while (true)
        {
            var page = await owner.GetAsync($"/api/rooms/{room}/audit?limit=3{after}");
            ids.AddRange(page.Items("entries").Select(entry => entry.Number("id")));
            if (!page.Flag("more")) break;
            after = $"&after={page.Number("next")}";
        }

        Assert.Equal(entries.Select(entry => entry.Number("id")), ids);
    }

    [Fact]
    public async Task Whoever_may_not_is_refused_as_on_the_wire()
    {
        var (room, owner) = await CreateAsync();
        using var _ = owner;
        var (bob, carol) = (Names.New("bob"), Names.New("carol"));
        foreach (var user in new[] { bob, carol }) await owner.PostAsync($"/api/rooms/{room}/invite", new { user }, 204);
        using var member = api.As(bob);
        using var outsider = api.As(Names.New("eve"));
        foreach (var action in new[] { "invite", "kick", "ban", "unban", "mute", "unmute" })
        {
            var refused = await member.PostRefusedAsync($"/api/rooms/{room}/{action}", new { user = carol }, 403, "forbidden");
            Assert.NotEmpty(refused.Text("detail"));
            await outsider.PostRefusedAsync($"/api/rooms/{room}/{action}", new { user = carol }, 404, "no_such_room", "room");
        }

        await member.PostRefusedAsync($"/api/rooms/{room}/role", new { user = bob, role = "owner" }, 403, "forbidden");
        await outsider.PostRefusedAsync($"/api/rooms/{room}/role", new { user = carol, role = "owner" }, 404, "no_such_room", "room");
        await member.GetRefusedAsync($"/api/rooms/{room}/audit", 403, "forbidden");
        await outsider.GetRefusedAsync($"/api/rooms/{room}/audit", 404, "no_such_room", "room");
        // An administrator needs neither membership nor a role, and is named in the audit.
        using var application = api.Application("chief");
        await application.PostAsync($"/api/rooms/{room}/role", new { user = carol, role = "owner" }, 204);
        Assert.Equal("chief", (await application.GetAsync($"/api/rooms/{room}/audit")).Items("entries")[^1].Text("by"));
    }

    [Fact]
    public async Task Bodies_that_cannot_be_are_refused_by_field()
    {
        var (room, owner) = await CreateAsync();
        using var _ = owner;
        foreach (var action in new[] { "invite", "kick", "ban", "unban", "mute", "unmute" })
        {
            var path = $"/api/rooms/{room}/{action}";
            await owner.PostRefusedAsync(path, new { }, 400, "missing_field", "user");
            await owner.PostRefusedAsync(path, new { user = "a b" }, 400, "bad_field", "user");
            await owner.PostRefusedAsync(path, new { user = 5 }, 400, "bad_field", "user");
            await owner.PostRefusedAsync(path, new { user = "x", reason = new string('r', 251) }, 400, "bad_field", "reason");
        }

        await owner.PostRefusedAsync($"/api/rooms/{room}/ban", new { user = "x", until = "tomorrow" }, 400, "bad_field", "until");
        await owner.PostRefusedAsync($"/api/rooms/{room}/mute", new { user = "x", until = 7 }, 400, "bad_field", "until");
        await owner.PostRefusedAsync($"/api/rooms/{room}/role", new { user = "x" }, 400, "missing_field", "role");
        await owner.PostRefusedAsync($"/api/rooms/{room}/role", new { user = "x", role = "king" }, 400, "bad_field", "role");
        await owner.PostRefusedAsync($"/api/rooms/{room}/kick", new { user = "x" }, 400, "bad_field", "user");
        await owner.GetRefusedAsync($"/api/rooms/{room}/audit?after=x", 400, "bad_field", "after");
    }

    private async Task<(string Room, ApiClient Owner)> CreateAsync()
    {
        var room = Names.New("room");
        var owner = api.As(Names.New("owner"));
        await owner.PostAsync("/api/rooms", new { room, kind = "private" }, 201);
        return (room, owner);
    }
}
