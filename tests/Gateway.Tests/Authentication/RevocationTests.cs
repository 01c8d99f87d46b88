using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Gateway.Users;
using OrleansChat.Gateways;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Users who are sent away while they are connected, and who may come back and with what.</summary>
public sealed class RevocationTests(SharedTokenGateway shared) : IClassFixture<SharedTokenGateway>
{
    private readonly TokenGateway _gateway = shared.Gateway;

    [Fact]
    public async Task A_revoked_user_is_off_all_connections_and_the_old_tokens_let_nobody_in()
    {
        var (user, room) = (Names.New("alice"), Names.New("lobby"));
        var old = _gateway.Token(user);
        await using var first = await _gateway.ConnectAsync(user);
        await using var second = await _gateway.OpenAsync(old);
        await second.WelcomedAsync();
        await using var person = await TextClient.ConnectAsync(_gateway.Gateway.Socket($"/ws/{user}?room={room}&access_token={old}"));
        await person.SeeStartAsync("* welcome");
        await using var other = await _gateway.ConnectAsync(Names.New("bob"));

        var access = await User(user).Revoke("root", "lost phone");
        foreach (var client in new[] { first, second }) await SentAwayAsync(client, "lost phone");
        await person.SeeAsync("! lost phone");
        Assert.Equal(4500, (await person.ClosedAsync()).Code);
        await other.CatchUpAsync();

        await RefusedAsync(await _gateway.OpenAsync(old), "revoked");
        // Whoever has an old token cannot go on with it in band either.
        var fresh = _gateway.Token(user, tokensFrom: access.TokensFrom);
        await using var back = await _gateway.OpenAsync(fresh);
        await back.WelcomedAsync();
        await back.RefusedAsync(new { type = "token", token = old }, "unauthorized");
        await back.CatchUpAsync();
    }

    [Fact]
    public async Task A_connection_that_has_a_newer_token_by_then_stays()
    {
        var user = Names.New("alice");
        await using var client = await _gateway.ConnectAsync(user);
        await using var stale = await _gateway.ConnectAsync(user);
        await client.DoAsync(new { type = "token", token = _gateway.Token(user, tokensFrom: TimeProvider.System.GetUtcNow().AddHours(1)) });
        await User(user).Revoke("root", reason: null);
        await SentAwayAsync(stale, "logged out everywhere");
        await client.CatchUpAsync();
    }

    [Fact]
    public async Task Whom_nothing_has_reached_is_found_by_the_next_renewal()
    {
        var user = Names.New("alice");
        await using var client = await _gateway.ConnectAsync(user);
        await using var other = await _gateway.ConnectAsync(Names.New("bob"));
        // As if the silo had died between writing it and telling the gateways: an activation that knows of nobody.
        using (var database = _gateway.Gateway.OpenDatabase())
        {
            using var command = database.CreateCommand();
            command.CommandText = $"INSERT INTO users (user, created_at, tokens_from) VALUES ('{user}', '2026-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z')";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        await _gateway.Gateway.ForgetAsync(User(user));
        await _gateway.Gateway.Services.GetRequiredService<UserLinks>().RenewAllAsync(CancellationToken.None);
        await SentAwayAsync(client, "your access was ended");
        await other.CatchUpAsync();
    }

    [Fact]
    public async Task A_suspended_user_is_kept_out_until_it_is_lifted_or_over()
    {
        var user = Names.New("alice");
        await using var client = await _gateway.ConnectAsync(user);
        await User(user).Suspend("root", until: null, "spam");
        await SentAwayAsync(client, "suspended by an administrator: spam");
        await RefusedAsync(await _gateway.OpenAsync(_gateway.Token(user)), "an administrator has suspended you");
        await User(user).Suspend("root", TimeProvider.System.GetUtcNow().AddDays(2), "less");
        await RefusedAsync(await _gateway.OpenAsync(_gateway.Token(user)), "suspended you until ");
        await User(user).Unsuspend("root", reason: null);
        await using (var back = await _gateway.ConnectAsync(user)) await back.CatchUpAsync();
        await User(user).Suspend("root", TimeProvider.System.GetUtcNow().AddSeconds(-1), reason: null);
        await using var over = await _gateway.ConnectAsync(user);
        await over.CatchUpAsync();
    }

    [Fact]
    public async Task Who_is_disconnected_may_come_back_with_the_same_token()
    {
        var user = Names.New("alice");
        var token = _gateway.Token(user);
        await using (var client = await _gateway.OpenAsync(token))
        {
            await client.WelcomedAsync();
            Assert.Single(await User(user).Connections());
            Assert.Equal(1, await User(user).DisconnectAll("root", reason: null));
            await SentAwayAsync(client, "disconnected by an administrator");
        }

        await using var back = await _gateway.OpenAsync(token);
        await back.WelcomedAsync();
    }

    [Theory]
    [InlineData(nameof(IUserGrain.DisconnectAll))]
    [InlineData(nameof(IUserGrain.Suspend))]
    public async Task Who_has_come_back_is_not_sent_away_by_what_was_decided_before(string decision)
    {
        var held = new HeldCall(call => call.MethodName == nameof(IGatewayObserver.Expel));
        await using var gateway = await TokenGateway.StartAsync(builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(held));
        var user = gateway.Gateway.Grain<IUserGrain>("alice");
        await using var client = await gateway.ConnectAsync("alice");
        if (decision == nameof(IUserGrain.Suspend)) await user.Suspend("root", until: null, "a mistake");
        else await user.DisconnectAll("root", "a mistake");
        await held.Reached;
        if (decision == nameof(IUserGrain.Suspend)) await user.Unsuspend("root", reason: null);
        await using var back = await gateway.ConnectAsync("alice");
        held.Release();
        Assert.Equal(4500, (await client.ClosedAsync()).Code);
        await back.CatchUpAsync();
    }

    [Fact]
    public async Task What_was_decided_is_in_the_audit_and_outlives_the_grain()
    {
        var user = Names.New("alice");
        var old = _gateway.Token(user);
        await User(user).Revoke("root", "first");
        await User(user).Suspend("root", until: null, "second");
        await User(user).Unsuspend("root", "third");
        await User(user).DisconnectAll("root", "fourth");
        using (var database = _gateway.Gateway.OpenDatabase())
        {
            using var command = database.CreateCommand();
            command.CommandText = $"SELECT action || ' ' || by || ' ' || reason || coalesce(room, '') FROM audit WHERE user = '{user}' ORDER BY id";
            using var row = command.ExecuteReader();
            var found = new List<string>();
            while (row.Read()) found.Add(row.GetString(0));
            Assert.Equal(["revoke root first", "suspend root second", "unsuspend root third", "disconnect root fourth"], found);
        }

        await _gateway.Gateway.ForgetAsync(User(user));
        await RefusedAsync(await _gateway.OpenAsync(old), "revoked");
    }

    private IUserGrain User(string user) => _gateway.Gateway.Grain<IUserGrain>(user);

    private static async Task SentAwayAsync(ChatClient client, string reason)
    {
        var goodbye = await client.TakeAsync("goodbye");
        Assert.Equal((4500, reason, false), ((int)goodbye.Number("code"), goodbye.Text("reason"), goodbye.Flag("reconnect")));
        Assert.Equal(4500, (await client.ClosedAsync()).Code);
    }

    private static async Task RefusedAsync(ChatClient client, string why)
    {
        await using (client)
        {
            Assert.Contains(why, (await client.TakeAsync("goodbye")).Text("reason"), StringComparison.Ordinal);
            Assert.Equal(1008, (await client.ClosedAsync()).Code);
        }
    }
}
