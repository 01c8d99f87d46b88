using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>Refreshing tokens, and what ends them.</summary>
public sealed class TokensOfAccountsTests(SharedAccountGateway shared) : IClassFixture<SharedAccountGateway>
{
    private readonly AccountGateway _gateway = shared.Gateway;

    [Fact]
    public async Task A_refresh_token_gives_new_tokens_which_give_new_ones_in_turn()
    {
        var user = Names.New("alice");
        var tokens = await _gateway.RegisterAsync(user, name: "Alice");
        var seen = new HashSet<string> { tokens.AccessToken, tokens.RefreshToken };
        for (var i = 0; i < 3; i++)
        {
            tokens = (await _gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
            Assert.Equal((user, "Alice", true), (tokens.Body.Text("user"), tokens.Body.Text("name"), tokens.IsNotStored));
            Assert.True(seen.Add(tokens.AccessToken) && seen.Add(tokens.RefreshToken), "each is a new one");
        }

        await using var client = await _gateway.OpenAsync(tokens.AccessToken);
        await client.WelcomedAsync();
    }

    [Fact]
    public async Task One_token_is_not_good_for_what_the_other_is()
    {
        var tokens = await _gateway.RegisterAsync(Names.New("alice"));
        (await _gateway.Client.RefreshAsync(tokens.AccessToken)).Refused(401, "unauthorized", "refreshToken");
        (await _gateway.Client.LogOutAsync(tokens.RefreshToken)).Refused(401, "unauthorized");
        await using var client = await _gateway.OpenAsync(tokens.RefreshToken);
        Assert.Equal(1008, (await client.ClosedAsync()).Code);
    }

    [Fact]
    public async Task A_refresh_token_that_is_none_is_refused()
    {
        var token = (await _gateway.RegisterAsync(Names.New("alice"))).RefreshToken;
        var middle = token.Length / 2;
        var changed = $"{token[..middle]}{(token[middle] == 'A' ? 'B' : 'A')}{token[(middle + 1)..]}";
        foreach (var wrong in new[] { "", "x", "nonsense.nonsense", token[..^1], token[..20], token + "A", changed, "🙂" })
            (await _gateway.Client.RefreshAsync(wrong)).Refused(401, "unauthorized", "refreshToken");
        (await _gateway.Client.PostAsync("refresh", new { })).Refused(400, "missing_field", "refreshToken");
        (await _gateway.Client.PostAsync("refresh", new { refreshToken = 7 })).Refused(400, "bad_field", "refreshToken");
        (await _gateway.Client.RefreshAsync(token)).Done();
    }

    [Fact]
    public async Task Tokens_of_another_database_are_refused()
    {
        await using var other = await AccountGateway.StartAsync();
        var user = Names.New("alice");
        await _gateway.RegisterAsync(user);
        var there = await other.RegisterAsync(user);
        (await other.Client.RefreshAsync(there.RefreshToken)).Done();
        (await _gateway.Client.RefreshAsync(there.RefreshToken)).Refused(401, "unauthorized", "refreshToken");
        (await _gateway.Client.LogOutAsync(there.AccessToken)).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task Tokens_end_in_their_time()
    {
        await using var gateway = await AccountGateway.StartAsync("Auth:AccessMinutes=2", "Auth:RefreshDays=1");
        var tokens = await gateway.RegisterAsync("alice");
        Assert.InRange(tokens.Body.Number("expiresIn"), 1, 120);
        gateway.Clock.Advance(TimeSpan.FromMinutes(2));
        (await gateway.Client.LogOutAsync(tokens.AccessToken)).Refused(401, "unauthorized");
        gateway.Clock.Advance(TimeSpan.FromHours(23));
        var later = (await gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
        gateway.Clock.Advance(TimeSpan.FromHours(1));
        var refused = (await gateway.Client.RefreshAsync(tokens.RefreshToken)).Refused(401, "unauthorized", "refreshToken");
        Assert.Contains("expired", refused.Body.Text("detail"), StringComparison.Ordinal);
        (await gateway.Client.RefreshAsync(later.RefreshToken)).Done();
    }

    [Fact]
    public async Task Another_password_ends_all_earlier_tokens_and_connections_and_gives_new_ones()
    {
        var user = Names.New("alice");
        var before = await _gateway.RegisterAsync(user);
        await using var client = await _gateway.OpenAsync(before.AccessToken);
        await client.WelcomedAsync();
        var after = (await _gateway.Client.ChangePasswordAsync(before.AccessToken, AccountGateway.Password, AccountGateway.Other)).Done();
        Assert.Equal((200, user, true), (after.Status, after.Body.Text("user"), after.IsNotStored));
        Assert.Equal(4500, (await client.ClosedAsync()).Code);
        (await _gateway.Client.RefreshAsync(before.RefreshToken)).Refused(401, "unauthorized", "refreshToken");
        (await _gateway.Client.LogOutAsync(before.AccessToken)).Refused(401, "unauthorized");
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Refused(401, "unauthorized");

        // At once, although the clocks of gateways differ.
        await using var again = await _gateway.OpenAsync(after.AccessToken);
        await again.WelcomedAsync();
        var refreshed = (await _gateway.Client.RefreshAsync(after.RefreshToken)).Done();
        await using var third = await _gateway.OpenAsync(refreshed.AccessToken);
        await third.WelcomedAsync();
        await using var fourth = await _gateway.OpenAsync((await _gateway.Client.LogInAsync(user, AccountGateway.Other)).AccessToken);
        await fourth.WelcomedAsync();
    }

    [Fact]
    public async Task The_password_is_changed_by_who_knows_it_and_for_a_good_one()
    {
        var user = Names.New("alice");
        var tokens = await _gateway.RegisterAsync(user);
        var token = tokens.AccessToken;
        (await _gateway.Client.ChangePasswordAsync(token, "not the password", AccountGateway.Other)).Refused(400, "bad_field", "current");
        (await _gateway.Client.ChangePasswordAsync(token, AccountGateway.Password, "short")).Refused(400, "bad_field", "new");
        (await _gateway.Client.ChangePasswordAsync(token, AccountGateway.Password, "password1")).Refused(400, "bad_field", "new");
        (await _gateway.Client.ChangePasswordAsync(token, AccountGateway.Password, user)).Refused(400, "bad_field", "new");
        (await _gateway.Client.PostAsync("password", new { current = AccountGateway.Password }, token)).Refused(400, "missing_field", "new");
        (await _gateway.Client.PostAsync("password", new { @new = AccountGateway.Other }, token)).Refused(400, "missing_field", "current");
        (await _gateway.Client.SendAsync("password", "[", token)).Refused(400, "bad_json");
        (await _gateway.Client.PostAsync("password", new { })).Refused(401, "unauthorized");
        // Nothing of it has changed anything.
        (await _gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
    }

    [Fact]
    public async Task Guesses_at_the_current_password_are_counted_with_the_others()
    {
        var user = Names.New("alice");
        var token = (await _gateway.RegisterAsync(user)).AccessToken;
        for (var i = 0; i < 3; i++) (await _gateway.Client.ChangePasswordAsync(token, "not the password", AccountGateway.Other)).Refused(400, "bad_field", "current");
        for (var i = 0; i < 2; i++) (await _gateway.Client.LogInAsync(user, AccountGateway.Other)).Refused(401, "unauthorized");
        (await _gateway.Client.ChangePasswordAsync(token, AccountGateway.Password, AccountGateway.Other)).Refused(400, "bad_field", "current");
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task Of_passwords_changed_at_once_one_stands()
    {
        var user = Names.New("alice");
        var token = (await _gateway.RegisterAsync(user)).AccessToken;
        string[] passwords = [.. Enumerable.Range(0, 6).Select(i => $"password number {i}, a good one")];
        var answers = await Task.WhenAll(passwords.Select(next => _gateway.Client.ChangePasswordAsync(token, AccountGateway.Password, next)));
        Assert.Single(answers, answer => answer.Status == 200);
        var won = passwords[Array.FindIndex(answers, answer => answer.Status == 200)];
        // Too late for the lock-out, if others of them were wrong by then.
        _gateway.Clock.Advance(TimeSpan.FromMinutes(6));
        (await _gateway.Client.LogInAsync(user, won)).Done();
    }

    [Fact]
    public async Task Logging_out_ends_all_tokens_and_connections_of_the_user_and_of_nobody_else()
    {
        var (user, neighbour) = (Names.New("alice"), Names.New("bob"));
        var first = await _gateway.RegisterAsync(user);
        var second = (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
        var other = await _gateway.RegisterAsync(neighbour);
        await using var here = await _gateway.OpenAsync(first.AccessToken);
        await using var there = await _gateway.OpenAsync(second.AccessToken);
        await using var bob = await _gateway.OpenAsync(other.AccessToken);
        foreach (var client in new[] { here, there, bob }) await client.WelcomedAsync();
        Assert.Equal(204, (await _gateway.Client.LogOutAsync(second.AccessToken)).Status);
        Assert.Equal((4500, 4500), ((await here.ClosedAsync()).Code, (await there.ClosedAsync()).Code));
        foreach (var tokens in new[] { first, second })
        {
            (await _gateway.Client.RefreshAsync(tokens.RefreshToken)).Refused(401, "unauthorized", "refreshToken");
            (await _gateway.Client.LogOutAsync(tokens.AccessToken)).Refused(401, "unauthorized");
        }

        await bob.CatchUpAsync();
        (await _gateway.Client.RefreshAsync(other.RefreshToken)).Done();
        await using var again = await _gateway.OpenAsync((await _gateway.Client.LogInAsync(user, AccountGateway.Password)).AccessToken);
        await again.WelcomedAsync();
        (await _gateway.Client.PostAsync("logout", new { })).Refused(401, "unauthorized");
    }

    [Fact]
    public async Task What_an_administrator_revokes_cannot_be_refreshed()
    {
        var user = Names.New("alice");
        var tokens = await _gateway.RegisterAsync(user);
        var grain = _gateway.Gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>(user);
        await grain.Revoke("root", "stolen");
        (await _gateway.Client.RefreshAsync(tokens.RefreshToken)).Refused(401, "unauthorized");
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
    }

    [Fact]
    public async Task A_token_that_is_limited_to_rooms_does_nothing_to_an_account()
    {
        var user = Names.New("alice");
        await _gateway.RegisterAsync(user);
        var limited = _gateway.Gateway.Services.GetRequiredService<ChatTokens>().Issue(user, null, TimeSpan.FromHours(1), ["lobby"]).Token;
        (await _gateway.Client.LogOutAsync(limited)).Refused(403, "forbidden");
        (await _gateway.Client.ChangePasswordAsync(limited, AccountGateway.Password, AccountGateway.Other)).Refused(403, "forbidden");
        (await _gateway.Client.LogInAsync(user, AccountGateway.Password)).Done();
    }

    [Fact]
    public async Task A_user_without_an_account_can_log_out_everywhere_too()
    {
        var token = _gateway.Gateway.Services.GetRequiredService<ChatTokens>().Issue(Names.New("guest"), null, TimeSpan.FromHours(1)).Token;
        await using var client = await _gateway.OpenAsync(token);
        await client.WelcomedAsync();
        Assert.Equal(204, (await _gateway.Client.LogOutAsync(token)).Status);
        Assert.Equal(4500, (await client.ClosedAsync()).Code);
    }
}
