using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>Refresh tokens are good once: one that was stolen shows itself.</summary>
public sealed class UsedTokensTests : IAsyncLifetime
{
    private readonly FaultLog _log = new(LogLevel.Warning);
    private AccountGateway? _started;

    private AccountGateway Gateway => _started!;

    public async ValueTask InitializeAsync() => _started = await AccountGateway.StartAsync(builder => builder.Logging.AddProvider(_log), iterations: 500);

    public async ValueTask DisposeAsync() => await Gateway.DisposeAsync();

    [Fact]
    public async Task A_refresh_token_that_is_used_again_ends_its_log_in_and_no_other()
    {
        var stolen = await Gateway.RegisterAsync("alice");
        var elsewhere = (await Gateway.Client.LogInAsync("alice", AccountGateway.Password)).Done();
        var thief = (await Gateway.Client.RefreshAsync(stolen.RefreshToken)).Done();
        Gateway.Clock.Advance(TimeSpan.FromSeconds(61));
        var refused = (await Gateway.Client.RefreshAsync(stolen.RefreshToken)).Refused(401, "unauthorized", "refreshToken");
        Assert.Contains("used before", refused.Body.Text("detail"), StringComparison.Ordinal);
        foreach (var tokens in new[] { thief, stolen })
            (await Gateway.Client.RefreshAsync(tokens.RefreshToken)).Refused(401, "unauthorized", "refreshToken");
        (await Gateway.Client.RefreshAsync(elsewhere.RefreshToken)).Done();
        Assert.Single(_log.Faults, line => line.Contains("A refresh token of alice was used a second time", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OpenSession")]
    [InlineData("RenewSession")]
    public async Task What_is_handed_out_while_the_password_changes_ends_with_the_old_one(string lastLook)
    {
        var isRegistered = false;
        var held = new HeldCall(call => isRegistered && call.MethodName == lastLook, isAnswered: true);
        await using var gateway = await AccountGateway.StartAsync(
            builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(held), iterations: 500);
        var before = await gateway.RegisterAsync("alice");
        isRegistered = true;
        var late = lastLook == "OpenSession"
            ? gateway.Client.LogInAsync("alice", AccountGateway.Password)
            : gateway.Client.RefreshAsync(before.RefreshToken);
        await held.Reached;
        (await gateway.Client.ChangePasswordAsync(before.AccessToken, AccountGateway.Password, AccountGateway.Other)).Done();
        // Further than clocks may differ: a token of this moment would be a new one.
        gateway.Clock.Advance(TimeSpan.FromSeconds(10));
        held.Release();
        var tokens = (await late).Done();
        await using var client = await gateway.OpenAsync(tokens.AccessToken);
        Assert.Equal(1008, (await client.ClosedAsync()).Code);
        (await gateway.Client.RefreshAsync(tokens.RefreshToken)).Refused(401, "unauthorized", "refreshToken");
    }

    [Fact]
    public async Task An_answer_that_was_lost_and_several_windows_at_once_log_nobody_out()
    {
        var tokens = await Gateway.RegisterAsync("alice", name: "Alice");
        for (var round = 0; round < 3; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Gateway.Client.RefreshAsync(tokens.RefreshToken)));
            Gateway.Clock.Advance(TimeSpan.FromSeconds(30));
            var late = (await Gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
            // Each can be used as if it were the only one.
            foreach (var answer in answers.Append(late))
            {
                Assert.Equal(("alice", "Alice"), (answer.Done().Body.Text("user"), answer.Body.Text("name")));
                await using var client = await Gateway.OpenAsync(answer.AccessToken);
                await client.WelcomedAsync();
            }

            Gateway.Clock.Advance(TimeSpan.FromMinutes(10));
            tokens = answers[round];
        }

        Assert.DoesNotContain(_log.Faults, line => line.Contains("refresh token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_does_not_use_a_refresh_token_up()
    {
        var tokens = await Gateway.RegisterAsync("alice");
        var user = Gateway.Gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>("alice");
        await user.Suspend("root", until: null, "spam");
        (await Gateway.Client.RefreshAsync(tokens.RefreshToken)).Refused(403, "suspended");
        await user.Unsuspend("root", reason: null);
        Gateway.Clock.Advance(TimeSpan.FromMinutes(5));
        tokens = (await Gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
        Gateway.Clock.Advance(TimeSpan.FromMinutes(5));
        (await Gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
    }
}
