using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>Two of each within ten minutes, so that no slow machine earns one meanwhile.</summary>
public sealed class BudgetTests
{
    private static readonly string[] Two =
        ["Chat:Limits:RoomsCreated=2", "Chat:Limits:MembersInvited=2", "Chat:Limits:DirectRoomsOpened=2"];

    [Fact]
    public async Task A_user_makes_so_many_rooms_however_they_come_into_being()
    {
        await using var gateway = await TestGateway.StartAsync(Two);
        await using var alice = await gateway.ConnectToAsync("alice", "first");
        await using var bob = await gateway.ConnectToAsync("bob", "bobs");
        // What is refused costs nothing.
        for (var i = 0; i < 5; i++) await alice.RefusedAsync(new { type = "create", room = "bobs", kind = "public" }, "bad_field", "room");
        await alice.DoAsync(new { type = "create", room = "second", kind = "private" });
        AssertRefused(await alice.RefusedAsync(new { type = "create", room = "third", kind = "public" }, "rate_limited"));
        AssertRefused(await alice.RefusedAsync(new { type = "join", room = "third" }, "rate_limited"));
        await using (var again = await ChatClient.ConnectAsync(gateway.Json("alice", "rooms=fourth")))
            Assert.Equal("rate_limited", (await again.TakeAsync("error")).Text("code"));
        // Rooms that are there can be joined, by whoever made them.
        foreach (var room in new[] { "first", "second", "bobs" }) await alice.JoinAsync(room);
        await bob.JoinAsync("third");
        await alice.JoinAsync("third");
    }

    [Fact]
    public async Task A_user_speaks_first_to_so_many_others_and_is_never_refused_what_was_said_before()
    {
        await using var gateway = await TestGateway.StartAsync(Two);
        await using var alice = await gateway.ConnectAsync("alice");
        await using var dora = await gateway.ConnectAsync("dora");
        foreach (var to in new[] { "bob", "carol" }) await alice.DoAsync(new { type = "send", to, text = "hi", key = "k" });
        AssertRefused(await alice.RefusedAsync(new { type = "send", to = "dora", text = "hi" }, "rate_limited"));
        AssertRefused(await alice.RefusedAsync(new { type = "join", room = "dm:alice:dora" }, "rate_limited"));
        Assert.True((await alice.DoAsync(new { type = "send", to = "bob", text = "hi", key = "k" })).Flag("duplicate"));
        await alice.DoAsync(new { type = "leave", room = "dm:alice:carol" });
        await alice.DoAsync(new { type = "send", to = "carol", text = "back" });
        await dora.DoAsync(new { type = "send", to = "alice", text = "hello" });
        await alice.DoAsync(new { type = "send", to = "dora", text = "hello yourself" });
        await using var person = await gateway.TypeAsync("alice", "room=dm:alice:bob");
        await person.TypeAsync("/msg erin hi");
        await person.SeeStartAsync("! more than 2 direct rooms opened within ten minutes");
    }

    [Fact]
    public async Task A_user_invites_so_many_others()
    {
        await using var gateway = await TestGateway.StartAsync(Two);
        await using var alice = await gateway.ConnectAsync("alice");
        await alice.DoAsync(new { type = "create", room = "r", kind = "private" });
        foreach (var user in new[] { "bob", "carol" }) await alice.DoAsync(new { type = "invite", room = "r", user });
        AssertRefused(await alice.RefusedAsync(new { type = "invite", room = "r", user = "dora" }, "rate_limited"));
        // Everything else goes on.
        await alice.DoAsync(new { type = "kick", room = "r", user = "carol" });
        await alice.SayAsync("r", "hello");
    }

    [Fact]
    public async Task A_user_looks_for_rooms_so_often_on_the_wire_and_over_HTTP_and_lists_them_as_before()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:SearchesPerMinute=1", "Chat:Limits:SearchBurst=2");
        await using var alice = await gateway.ConnectToAsync("alice", "tea");
        using var http = new HttpClient { BaseAddress = gateway.Http };
        Assert.Single((await alice.DoAsync(new { type = "rooms", query = "te" })).GetProperty("rooms").EnumerateArray());
        Assert.Equal(200, (int)(await http.GetAsync("/api/rooms?user=alice&query=te")).StatusCode);
        var refused = await alice.RefusedAsync(new { type = "rooms", query = "te" }, "rate_limited");
        Assert.InRange(refused.Number("retryAfterMs"), 1, 60_000);
        using var answer = await http.GetAsync("/api/rooms?user=alice&query=te");
        Assert.Equal(429, (int)answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        await using (var again = await gateway.ConnectAsync("alice"))
            await again.RefusedAsync(new { type = "rooms", query = "other" }, "rate_limited");
        // Everything else goes on, and so do others.
        Assert.Single((await alice.DoAsync(new { type = "rooms" })).GetProperty("rooms").EnumerateArray());
        await using var bob = await gateway.ConnectAsync("bob");
        Assert.Single((await bob.DoAsync(new { type = "rooms", query = "te" })).GetProperty("rooms").EnumerateArray());
    }

    [Fact]
    public async Task Administrators_look_for_rooms_as_they_like()
    {
        await using var gateway = await TokenGateway.StartAsync(
            "Auth:Administrators:0=root", "Chat:Limits:SearchesPerMinute=1", "Chat:Limits:SearchBurst=1");
        await using var root = await gateway.ConnectAsync("root");
        for (var i = 0; i < 5; i++) await root.DoAsync(new { type = "rooms", query = "tea" });
    }

    [Fact]
    public async Task Administrators_make_rooms_and_invite_as_they_like()
    {
        await using var gateway = await TokenGateway.StartAsync([.. Two, "Auth:Administrators:0=root"]);
        await using var root = await gateway.ConnectAsync("root");
        for (var i = 0; i < 5; i++)
        {
            await root.DoAsync(new { type = "create", room = $"r{i}", kind = "private" });
            await root.DoAsync(new { type = "invite", room = "r0", user = $"user{i}" });
            await root.DoAsync(new { type = "send", to = $"user{i}", text = "hi" });
        }

        // An id in another case is another user's.
        await using var other = await gateway.ConnectAsync("Root");
        for (var i = 5; i < 7; i++) await other.DoAsync(new { type = "create", room = $"r{i}", kind = "private" });
        AssertRefused(await other.RefusedAsync(new { type = "create", room = "r7", kind = "private" }, "rate_limited"));
    }

    private static void AssertRefused(System.Text.Json.JsonElement refusal)
    {
        Assert.True(refusal.Flag("retryable"));
        Assert.InRange(refusal.Number("retryAfterMs"), 1, 300_000);
    }
}
