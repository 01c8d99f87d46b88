using Microsoft.Extensions.Logging;
using OrleansChat.Gateway.Tests.Hosting;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>What an operator reads of somebody who tries passwords and keys.</summary>
public sealed class AttackLogTests
{
    private readonly FaultLog _log = new(LogLevel.Warning);

    [Fact]
    public async Task A_line_names_the_account_that_guesses_have_locked_and_none_an_account_that_there_is_not()
    {
        await using var gateway = await StartAsync("Auth:LockoutFailures=3");
        await gateway.RegisterAsync("alice");
        foreach (var user in new[] { "nobody", "alice" })
        {
            for (var i = 0; i < 3; i++) (await gateway.Client.LogInAsync(user, AccountGateway.Other)).Refused(401, "unauthorized");
        }

        Assert.Single(_log.Faults, line => line.Contains("The account of alice is locked until ", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Faults, line => line.Contains("nobody", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_now_and_then_counts_those_without_a_good_key_and_says_where_they_come_from()
    {
        const string secret = "a-wrong-key";
        await using var gateway = await StartAsync();
        await AskAsync(gateway, secret, times: 20);
        gateway.Clock.Advance(TimeSpan.FromSeconds(11));
        await AskAsync(gateway, secret, times: 5);
        Assert.Equal(
            ["1; the last one came from 127.0.0.1", "20; the last one came from 127.0.0.1"],
            _log.Faults.Where(line => line.StartsWith("Requests refused for who asks", StringComparison.Ordinal)).Select(line => line.Split(": ")[1].Trim()));
        Assert.DoesNotContain(_log.Faults, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static async Task AskAsync(AccountGateway gateway, string key, int times)
    {
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Http };
        http.DefaultRequestHeaders.Authorization = new("ApiKey", key);
        for (var i = 0; i < times; i++)
        {
            using var answer = await http.GetAsync("/api/rooms");
            Assert.Equal(401, (int)answer.StatusCode);
        }
    }

    private Task<AccountGateway> StartAsync(params string[] settings) =>
        AccountGateway.StartAsync(
            // Orleans names the grain whose call has taken long, and so whoever was guessed at.
            builder => builder.Logging.AddProvider(_log).AddFilter("Orleans.", LogLevel.None), iterations: 500, settings);
}
