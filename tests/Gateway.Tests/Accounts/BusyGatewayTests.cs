using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Accounts;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>What a gateway that has enough to do refuses, and what not.</summary>
public sealed class BusyGatewayTests
{
    [Fact]
    public async Task A_full_gateway_renews_and_ends_the_tokens_of_those_who_are_there_and_lets_nobody_else_in()
    {
        await using var gateway = await AccountGateway.StartAsync("Chat:Limits:Connections=1");
        var tokens = await gateway.RegisterAsync("alice");
        await using var alice = await gateway.OpenAsync(tokens.AccessToken);
        await alice.WelcomedAsync();
        (await gateway.Client.LogInAsync("alice", AccountGateway.Password)).Refused(503, "unavailable");
        (await gateway.Client.ChangePasswordAsync(tokens.AccessToken, AccountGateway.Password, AccountGateway.Other)).Refused(503, "unavailable");
        tokens = (await gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
        await alice.CatchUpAsync();
        (await gateway.Client.LogOutAsync(tokens.AccessToken)).Done();
        Assert.Equal(4500, (await alice.ClosedAsync()).Code);
    }

    [Fact]
    public async Task A_registration_that_finds_no_place_does_not_count_and_one_that_was_tried_does()
    {
        using var work = new PasswordWork(atOnce: 1, requestsPerHash: 1);
        await using var gateway = await AccountGateway.StartAsync(
            builder => builder.Services.AddSingleton(work), iterations: 500, "Chat:Limits:RegistrationsPerHourPerAddress=2");
        using (work.Enter())
        {
            for (var i = 0; i < 5; i++) (await gateway.Client.RegisterAsync("alice", AccountGateway.Password)).Refused(503, "unavailable");
        }

        (await gateway.Client.RegisterAsync("alice", "password")).Refused(400, "bad_field", "password");
        (await gateway.Client.RegisterAsync("alice", AccountGateway.Password)).Done();
        // No more comes back than was taken.
        using (work.Enter())
        {
            for (var i = 0; i < 5; i++) (await gateway.Client.RegisterAsync("bob", AccountGateway.Password)).Refused(429, "rate_limited");
        }

        var refused = (await gateway.Client.RegisterAsync("bob", AccountGateway.Password)).Refused(429, "rate_limited");
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30));
    }
}
