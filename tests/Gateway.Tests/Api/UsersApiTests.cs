using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Api;

public sealed class UsersApiTests(SharedApi api)
{
    [Fact]
    public async Task Presence_is_for_oneself_administrators_and_those_in_the_same_room()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("room"));
        await using var socket = await api.Tokens.ConnectAsync(bob);
        using var client = api.As(alice);
        var nobody = Names.New("nobody");
        var (hidden, missing) = (
            await client.GetRefusedAsync($"/api/users/{bob}/presence", 403, "forbidden", "user"),
            await client.GetRefusedAsync($"/api/users/{nobody}/presence", 403, "forbidden", "user"));
        Assert.Equal(missing.Text("detail").Replace(nobody, bob, StringComparison.Ordinal), hidden.Text("detail"));
        Assert.False((await client.GetAsync($"/api/users/{alice}/presence")).Flag("online"));
        using var application = api.Application();
        Assert.True((await application.GetAsync($"/api/users/{bob}/presence")).Flag("online"));
        Assert.False((await application.GetAsync($"/api/users/{nobody}/presence")).Flag("online"));
        await socket.JoinAsync(room);
        await client.PostAsync($"/api/rooms/{room}/join");
        Assert.True((await client.GetAsync($"/api/users/{bob}/presence")).Flag("online"));
        await client.GetRefusedAsync("/api/users/a%20b/presence", 400, "bad_field", "user");
    }

    [Fact]
    public async Task Whoever_asks_after_people_who_are_none_fills_no_memory_with_them()
    {
        using var client = api.As(Names.New("alice"));
        for (var i = 0; i < 10; i++)
        {
            var nobody = Names.New("nobody");
            await client.GetRefusedAsync($"/api/users/{nobody}/presence", 403, "forbidden", "user");
            await Patience.UntilAsync(
                async () => !await api.Gateway.IsActiveAsync(api.Gateway.Grain<IUserGrain>(nobody)), "nobody is in memory");
        }
    }

    [Fact]
    public async Task Connections_are_listed_and_ended()
    {
        var bob = Names.New("bob");
        await using var phone = await api.Tokens.ConnectAsync(bob);
        await using var tablet = await api.Tokens.ConnectAsync(bob);
        using var client = api.As(bob);
        var ids = new[] { phone, tablet }.Select(device => device.Frames[0].Text("connection"));
        var listed = (await client.GetAsync($"/api/users/{bob}/connections")).Items("connections");
        Assert.Equal(ids.Order(StringComparer.Ordinal), listed.Select(one => one.Text("connection")));
        using var other = api.As(Names.New("eve"));
        await other.GetRefusedAsync($"/api/users/{bob}/connections", 403, "forbidden", "user");
        await other.RefusedAsync(HttpMethod.Delete, $"/api/users/{bob}/connections", null, 403, "forbidden", "user");
        using var application = api.Application();
        var ended = await application.DeleteAsync($"/api/users/{bob}/connections?reason=maintenance", 200);
        Assert.Equal(2, ended.Number("disconnected"));
        foreach (var device in new[] { phone, tablet }) Assert.Equal(4500, (await device.ClosedAsync()).Code);
        // They may come back.
        await using var again = await api.Tokens.ConnectAsync(bob);
        await application.RefusedAsync(HttpMethod.Delete, $"/api/users/{bob}/connections?reason=%07", null, 400, "bad_field", "reason");
    }

    [Fact]
    public async Task Which_machine_and_process_a_connection_is_on_is_told_to_administrators_alone()
    {
        var bob = Names.New("bob");
        await using var phone = await api.Tokens.ConnectAsync(bob);
        await using var tablet = await api.Tokens.ConnectAsync(bob);
        using var client = api.As(bob);
        using var application = api.Application();
        var name = api.Gateway.Services.GetRequiredService<GatewayIdentity>().Name;
        Assert.StartsWith($"{Environment.MachineName}:{Environment.ProcessId}:", name, StringComparison.Ordinal);
        Assert.Equal([name, name], await GatewaysAsync(application));
        // Enough to tell this gateway from others, and nothing else of it.
        var mark = name.Split(':')[^1];
        Assert.Matches("^[0-9a-f]{8}$", mark);
        Assert.Equal([mark, mark], await GatewaysAsync(client));
        // Acting as the user the application is still what it is.
        using var acting = api.Application(bob);
        Assert.Equal([name, name], await GatewaysAsync(acting));
        Assert.DoesNotContain(Environment.MachineName, phone.Frames[0].GetRawText(), StringComparison.Ordinal);

        async Task<string[]> GatewaysAsync(ApiClient by) =>
            [.. (await by.GetAsync($"/api/users/{bob}/connections")).Items("connections").Select(one => one.Text("gateway"))];
    }

    [Fact]
    public async Task Revoking_ends_all_tokens_of_a_user()
    {
        var bob = Names.New("bob");
        await using var device = await api.Tokens.ConnectAsync(bob);
        using var client = api.As(bob);
        using var other = api.As(Names.New("eve"));
        await other.PostRefusedAsync($"/api/users/{bob}/revoke", null, 403, "forbidden", "user");
        await client.GetAsync("/api/rooms?limit=1");
        using var application = api.Application();
        await application.PostAsync($"/api/users/{bob}/revoke", new { reason = "stolen" }, 204);
        await client.GetRefusedAsync("/api/rooms?limit=1", 401, "unauthorized");
        Assert.Equal(4500, (await device.ClosedAsync()).Code);
        // What it would have done is not done.
        await client.PostRefusedAsync("/api/rooms", new { room = Names.New("late"), kind = "public" }, 401, "unauthorized");
    }

    [Fact]
    public async Task A_suspended_user_is_kept_out_until_it_is_lifted()
    {
        var bob = Names.New("bob");
        using var client = api.As(bob);
        using var application = api.Application();
        await client.RefusedAsync(HttpMethod.Put, $"/api/users/{bob}/suspension", null, 403, "forbidden");
        await application.PutAsync($"/api/users/{bob}/suspension", new { until = "2999-01-31T12:00:00Z", reason = "spam" });
        var refused = await client.GetRefusedAsync("/api/rooms", 403, "suspended");
        Assert.Contains("2999-01-31", refused.Text("detail"), StringComparison.Ordinal);
        // The user is told so before anything else that may be wrong.
        await client.PostRefusedAsync("/api/rooms", "no JSON", 403, "suspended");
        await client.RefusedAsync(HttpMethod.Delete, $"/api/users/{bob}/suspension", null, 403, "forbidden");
        await application.DeleteAsync($"/api/users/{bob}/suspension?reason=sorry");
        await client.GetAsync("/api/rooms?limit=1");
        await application.PutAsync($"/api/users/{bob}/suspension");
        await client.GetRefusedAsync("/api/rooms", 403, "suspended");
        await application.RefusedAsync(HttpMethod.Put, $"/api/users/{bob}/suspension", new { until = "soon" }, 400, "bad_field", "until");
    }

    [Fact]
    public async Task An_application_is_not_suspended_but_by_taking_away_its_key()
    {
        using var application = api.Application(Names.New("robot"));
        var refused = await application.RefusedAsync(HttpMethod.Put, "/api/users/backend/suspension", null, 403, "forbidden", "user");
        Assert.Contains("Auth:ApiKeys", refused.Text("detail"), StringComparison.Ordinal);
        using var itself = api.Application();
        await itself.GetAsync("/api/rooms?limit=1");
    }

    [Fact]
    public async Task Blocks_are_set_listed_by_pages_and_lifted()
    {
        var alice = Names.New("alice");
        using var client = api.As(alice);
        var users = Enumerable.Range(0, 5).Select(i => $"{alice}.{i}").ToList();
        foreach (var user in users) await client.PutAsync($"/api/blocks/{user}");
        await client.PutAsync($"/api/blocks/{users[0]}");
        var first = await client.GetAsync("/api/blocks?limit=3");
        var second = await client.GetAsync($"/api/blocks?limit=3&after={first.Text("next")}");
        Assert.Equal((true, false), (first.Flag("more"), second.Flag("more")));
        Assert.Equal(users, first.Texts("users").Concat(second.Texts("users")));
        using var blocked = api.As(users[0]);
        await blocked.PostRefusedAsync($"/api/users/{alice}/messages", new { text = "hi" }, 403, "blocked", "room");
        await client.PostRefusedAsync($"/api/users/{users[0]}/messages", new { text = "hi" }, 403, "blocked", "room");
        await client.DeleteAsync($"/api/blocks/{users[0]}");
        await blocked.PostAsync($"/api/users/{alice}/messages", new { text = "hi" }, 201);
        await client.RefusedAsync(HttpMethod.Put, "/api/blocks/a%20b", null, 400, "bad_field", "user");
    }
}
