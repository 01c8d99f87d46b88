using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Tokens that end while their users are connected, and those that take their place.</summary>
public sealed class TokenLifeTests(SharedTokenGateway shared) : IClassFixture<SharedTokenGateway>
{
    private readonly TokenGateway _gateway = shared.Gateway;

    [Fact]
    public Task Who_has_a_token_is_told_before_it_ends_and_closed_with_4001_when_it_has() =>
        ShortLife.TryAsync(async lifetime =>
        {
            await using var client = await _gateway.ConnectAsync(Names.New("alice"), lifetime);
            await client.TakeAsync("token_expiring");
            var goodbye = await client.TakeAsync("goodbye");
            Assert.Equal((4001, "token expired", true), ((int)goodbye.Number("code"), goodbye.Text("reason"), goodbye.Flag("reconnect")));
            Assert.Equal(4001, (await client.ClosedAsync()).Code);
            Assert.Single(client.Of("token_expiring"));
        });

    [Fact]
    public Task A_person_at_a_terminal_is_told_too() =>
        ShortLife.TryAsync(async lifetime =>
        {
            var user = Names.New("alice");
            await using var person = await TextClient.ConnectAsync(
                _gateway.Gateway.Socket($"/ws/{user}?access_token={_gateway.Token(user, lifetime: lifetime)}"));
            await person.SeeStartAsync("* your token ends at");
            await person.SeeAsync("! token expired");
            Assert.Equal(4001, (await person.ClosedAsync()).Code);
        });

    [Fact]
    public Task A_new_token_in_time_keeps_the_connection_and_all_that_it_follows() =>
        ShortLife.TryAsync(async lifetime =>
        {
            var (user, room) = (Names.New("alice"), Names.New("lobby"));
            await using var client = await _gateway.ConnectAsync(user, lifetime);
            await using var passer = await _gateway.ConnectAsync(Names.New("passer"), lifetime + TimeSpan.FromSeconds(1));
            await client.JoinAsync(room);
            await client.DoAsync(new { type = "token", token = _gateway.Token(user) });
            // Longer than the first token: somebody is gone whose token ended a second after it.
            await passer.ClosedAsync();
            await client.SayAsync(room, "still here");
            Assert.Equal("still here", (await client.MessageAsync(room)).Text("text"));
            Assert.Empty(client.Of("goodbye"));
        });

    [Fact]
    public Task A_wrong_token_changes_nothing() =>
        ShortLife.TryAsync(async lifetime =>
        {
            var user = Names.New("alice");
            await using var client = await _gateway.ConnectAsync(user, lifetime);
            await client.RefusedAsync(new { type = "token", token = "nonsense" }, "unauthorized", "token");
            await client.RefusedAsync(new { type = "token", token = _gateway.Token(user, lifetime: -lifetime) }, "unauthorized", "token");
            await client.RefusedAsync(new { type = "token", token = _gateway.Token(Names.New("bob")) }, "forbidden", "token");
            await client.RefusedAsync(new { type = "token" }, "missing_field", "token");
            Assert.Equal(4001, (await client.ClosedAsync()).Code);
        });

    [Fact]
    public async Task A_token_without_an_id_is_taken_in_silence_and_refused_aloud()
    {
        var user = Names.New("alice");
        await using var client = await _gateway.ConnectAsync(user);
        await client.TellAsync(new { type = "token", token = _gateway.Token(user) });
        await client.CatchUpAsync();
        Assert.Empty(client.Of("ok"));
        await client.TellAsync(new { type = "token", token = "nonsense" });
        await client.TakeAsync("error", frame => frame.Text("code") == "unauthorized");
    }

    [Fact]
    public void It_is_told_once_a_minute_before_and_once_at_the_end()
    {
        var clock = new ManualClock();
        var told = new List<string>();
        using var life = new TokenLife(clock, at => told.Add($"expiring {at:HH:mm:ss}"), () => told.Add("expired"));
        life.Begin(clock.GetUtcNow() + TimeSpan.FromDays(3));
        clock.Advance(TimeSpan.FromDays(3) - TimeSpan.FromSeconds(61));
        Assert.Empty(told);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["expiring 09:00:00"], told);
        clock.Advance(TimeSpan.FromSeconds(58));
        Assert.Single(told);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["expiring 09:00:00", "expired"], told);
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public void A_token_that_was_replaced_says_nothing_any_more()
    {
        var clock = new ManualClock();
        var told = new List<string>();
        using var life = new TokenLife(clock, at => told.Add($"expiring {at:HH:mm:ss}"), () => told.Add("expired"));
        life.Begin(clock.GetUtcNow() + TimeSpan.FromSeconds(90));
        clock.Advance(TimeSpan.FromSeconds(31));
        life.Begin(clock.GetUtcNow() + TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal(["expiring 09:01:30"], told);
        life.Begin(null);
        clock.Advance(TimeSpan.FromDays(10));
        Assert.Single(told);
        // Less than a minute, or nothing at all: told at once.
        life.Begin(clock.GetUtcNow() + TimeSpan.FromSeconds(30));
        Assert.Equal(2, told.Count);
        life.Begin(clock.GetUtcNow());
        Assert.Equal("expired", told[^1]);
    }
}
