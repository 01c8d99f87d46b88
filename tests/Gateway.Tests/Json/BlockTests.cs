using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class BlockTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task While_one_has_blocked_the_other_neither_writes_to_the_other()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        var room = $"dm:{alice}:{bob}";
        await using var client = await _gateway.ConnectToAllAsync(alice);
        await using var other = await _gateway.ConnectToAllAsync(bob);
        await other.DoAsync(new { type = "send", to = alice, text = "hi" });
        Assert.Equal("ok", (await client.DoAsync(new { type = "block", user = bob })).Type());
        var refused = await other.RefusedAsync(new { type = "send", to = alice, text = "hey" }, "blocked", "room");
        Assert.False(refused.Flag("retryable"));
        await other.RefusedAsync(new { type = "typing", room }, "blocked", "room");
        await client.RefusedAsync(new { type = "send", to = bob, text = "no" }, "blocked", "room");
        Assert.Single((await other.DoAsync(new { type = "history", room })).Items("messages"));
        // Who has not blocked lifts nothing.
        await other.DoAsync(new { type = "unblock", user = alice });
        await other.RefusedAsync(new { type = "send", to = alice, text = "hey" }, "blocked", "room");
        await client.DoAsync(new { type = "unblock", user = bob });
        Assert.Equal(2, (await other.DoAsync(new { type = "send", to = alice, text = "sorry" })).Number("seq"));
    }

    [Fact]
    public async Task Somebody_can_be_blocked_before_the_first_message()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        await using var client = await _gateway.ConnectToAllAsync(alice);
        await client.DoAsync(new { type = "block", user = bob });
        await using var other = await _gateway.ConnectToAllAsync(bob);
        await other.RefusedAsync(new { type = "send", to = alice, text = "hi" }, "blocked", "room");
        await using (var again = await _gateway.ConnectAsync(alice)) Assert.Empty(again.Welcome.Items("rooms"));
        await client.CatchUpAsync();
        Assert.Empty(client.Of("room"));
        Assert.Empty((await other.DoAsync(new { type = "rooms", query = alice })).Items("rooms"));
    }

    [Fact]
    public async Task Whom_one_has_blocked_is_listed_by_pages_and_for_nobody_else()
    {
        var (alice, bob, carol, zoe) = (Names.New("alice"), Names.New("bob"), Names.New("carol"), Names.New("zoe"));
        await using var client = await _gateway.ConnectAsync(alice);
        foreach (var user in new[] { zoe, bob, carol, bob }) await client.DoAsync(new { type = "block", user });
        var all = await client.DoAsync(new { type = "blocks" });
        Assert.Equal(["type", "id", "users", "more"], all.Names());
        Assert.Equal([bob, carol, zoe], all.Texts("users"));
        var first = await client.DoAsync(new { type = "blocks", limit = 2 });
        Assert.True(first.Flag("more"));
        var second = await client.DoAsync(new { type = "blocks", limit = 2, after = first.Texts("users")[^1] });
        Assert.Equal((false, zoe), (second.Flag("more"), second.Texts("users").Single()));
        await client.DoAsync(new { type = "unblock", user = carol });
        Assert.Equal([bob, zoe], (await client.DoAsync(new { type = "blocks" })).Texts("users"));
        await using var other = await _gateway.ConnectAsync(bob);
        Assert.Empty((await other.DoAsync(new { type = "blocks" })).Texts("users"));
        await client.RefusedAsync(new { type = "block", user = alice }, "bad_field", "user");
        await client.RefusedAsync(new { type = "block", user = "a:b" }, "bad_field", "user");
        await client.RefusedAsync(new { type = "unblock" }, "missing_field", "user");
        await client.RefusedAsync(new { type = "blocks", limit = 0 }, "bad_field", "limit");
    }
}
