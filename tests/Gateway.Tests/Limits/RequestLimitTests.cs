using System.Net;
using System.Net.Http.Json;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>The limits as the HTTP API has them.</summary>
public sealed class RequestLimitTests
{
    private static readonly string[] Twenty =
    [
        "Chat:Limits:UserCommandsPerSecond=1", "Chat:Limits:UserCommandBurst=20",
        // What a gateway goes by when the grain of the user takes too long to answer.
        "Chat:Limits:CommandsPerSecond=1", "Chat:Limits:CommandBurst=20",
    ];

    // Than 1.1.1.1.
    private static readonly string Elsewhere = Addresses.Apart("1.1.1.2", "1.1.1.1");

    [Fact]
    public async Task Requests_and_commands_of_a_user_are_counted_together()
    {
        await using var gateway = await TestGateway.StartAsync(Twenty);
        using var http = new HttpClient { BaseAddress = gateway.Http };
        await using var alice = await gateway.ConnectAsync("alice");
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 15; i++) await alice.AskAsync(new { type = "ping" });
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 60 && refused is null; i++)
        {
            var answer = await http.GetAsync("/api/rooms?user=alice");
            answers.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests) refused = answer;
        }

        Assert.NotNull(refused);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 1);
        var problem = FrameFields.Parse(await refused.Content.ReadAsStringAsync());
        Assert.Equal("rate_limited", problem.Text("code"));
        Assert.InRange(problem.Number("retryAfterMs"), 1, 1000);
        refused.Dispose();
        using var other = await http.GetAsync("/api/rooms?user=bob");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task A_token_that_was_ended_uses_up_nothing_of_its_user_s()
    {
        await using var gateway = await TokenGateway.StartAsync(Twenty);
        var old = gateway.Token("alice");
        var access = await gateway.Gateway.Grain<IUserGrain>("alice").Revoke("alice", "stolen");
        var fresh = gateway.Token("alice", tokensFrom: access.TokensFrom);
        Assert.All(await StatusesAsync(gateway, $"Bearer {old}", times: 100), status => Assert.Equal(401, status));
        Assert.All(await StatusesAsync(gateway, $"Bearer {fresh}", times: 15), status => Assert.Equal(200, status));
        Assert.Contains(429, await StatusesAsync(gateway, $"Bearer {fresh}", times: 100));
    }

    [Fact]
    public async Task An_address_asks_so_often_with_what_is_worth_nothing_and_a_good_token_is_not_held_to_it()
    {
        await using var gateway = await TokenGateway.StartAsync(
            "Chat:TrustedProxies=127.0.0.1", "Chat:Limits:ConnectsPerSecondPerAddress=1", "Chat:Limits:ConnectBurstPerAddress=3");
        var old = gateway.Token("alice");
        var access = await gateway.Gateway.Grain<IUserGrain>("alice").Revoke("alice", "stolen");
        var good = $"Bearer {gateway.Token("alice", tokensFrom: access.TokensFrom)}";
        var addresses = new List<string>();
        foreach (var bad in new[] { $"Bearer {old}", "Bearer junk", "ApiKey wrong", "" })
        {
            var address = Addresses.Apart("1.1.1.1", [.. addresses]);
            addresses.Add(address);
            var statuses = await StatusesAsync(gateway, bad, times: 60, address);
            Assert.Equal([401, 429], statuses.Distinct().Order());
            Assert.True(statuses.Count(status => status == 401) >= 3, "the burst is told what is wrong");
            Assert.All(await StatusesAsync(gateway, good, times: 3, address), status => Assert.Equal(200, status));
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/app/main.js")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/api/auth")]
    [InlineData("/api/nosuch")]
    [InlineData("/nosuch")]
    public async Task An_address_asks_so_often_for_what_is_told_to_anybody(string path)
    {
        await using var gateway = await TokenGateway.StartAsync(
            "Chat:TrustedProxies=127.0.0.1", "Chat:Limits:RequestsPerSecondPerAddress=1", "Chat:Limits:RequestBurstPerAddress=3");
        var statuses = await StatusesAsync(gateway, "", times: 60, path: path);
        var expected = path.EndsWith("nosuch", StringComparison.Ordinal) ? 404 : 200;
        Assert.Equal([expected, 429], statuses.Distinct().OrderBy(status => status == 429));
        Assert.True(statuses.Count(status => status == expected) >= 3, "the burst is answered");
        Assert.DoesNotContain(429, await StatusesAsync(gateway, "", times: 3, from: Elsewhere, path));
        // Neither those who watch the gateway nor those who say who they are pay for it.
        Assert.DoesNotContain(429, await StatusesAsync(gateway, "", times: 20, path: "/healthz/ready"));
        Assert.All(await StatusesAsync(gateway, $"Bearer {gateway.Token("alice")}", times: 20), status => Assert.Equal(200, status));
    }

    private static async Task<int[]> StatusesAsync(TokenGateway gateway, string authorization, int times, string from = "1.1.1.1", string path = "/api/blocks")
    {
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Http };
        if (authorization.Length > 0) http.DefaultRequestHeaders.Add("Authorization", authorization);
        http.DefaultRequestHeaders.Add("X-Forwarded-For", from);
        return await Task.WhenAll(Enumerable.Range(0, times).Select(async _ =>
        {
            using var answer = await http.GetAsync(path);
            return (int)answer.StatusCode;
        }));
    }

    [Fact]
    public async Task An_application_is_not_held_to_what_a_user_may()
    {
        await using var gateway = await TokenGateway.StartAsync(
            "Chat:Limits:UserCommandsPerSecond=1", "Chat:Limits:UserCommandBurst=2", "Chat:Limits:RoomsCreated=1");
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Http };
        http.DefaultRequestHeaders.Authorization = new("ApiKey", TokenGateway.ApiKey);
        for (var i = 0; i < 20; i++)
        {
            using var made = await http.PostAsJsonAsync("/api/rooms", new { room = $"r{i}", kind = "public" });
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }
    }

    [Fact]
    public async Task Logging_in_and_registering_are_limited_by_address_before_they_cost_anything()
    {
        await using var gateway = await TestGateway.StartAsync(
            "Auth:Mode=Accounts",
            "Chat:TrustedProxies=127.0.0.1",
            "Chat:Limits:LoginBurstPerAddress=3",
            "Chat:Limits:LoginsPerMinutePerAddress=1",
            "Chat:Limits:RegistrationsPerHourPerAddress=2");
        using var http = new HttpClient { BaseAddress = gateway.Http };
        Assert.Equal([401, 401, 401, 429], await PostAsync("/api/accounts/login", "1.1.1.1", 4));
        Assert.Equal([401], await PostAsync("/api/accounts/login", Elsewhere, 1));
        Assert.Equal([201, 201, 429], await PostAsync("/api/accounts/register", "1.1.1.1", 3));
        Assert.Equal([201], await PostAsync("/api/accounts/register", Elsewhere, 1));

        async Task<List<int>> PostAsync(string path, string from, int times)
        {
            var statuses = new List<int>();
            for (var i = 0; i < times; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path)
                {
                    Content = JsonContent.Create(new { user = Names.New("user"), password = "correct horse battery staple" }),
                };
                request.Headers.Add("X-Forwarded-For", from);
                using var answer = await http.SendAsync(request);
                statuses.Add((int)answer.StatusCode);
                if (answer.StatusCode != HttpStatusCode.TooManyRequests) continue;
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Equal("rate_limited", FrameFields.Parse(await answer.Content.ReadAsStringAsync()).Text("code"));
            }

            return statuses;
        }
    }

    [Fact]
    public async Task A_gateway_that_is_full_takes_no_requests_but_an_administrators()
    {
        await using var gateway = await TokenGateway.StartAsync("Chat:Limits:Connections=1");
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Http };
        await using var alice = await gateway.ConnectAsync("alice");
        using (var refused = await http.GetAsync("/api/auth"))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5)), (refused.StatusCode, refused.Headers.RetryAfter!.Delta));
            Assert.Equal("unavailable", FrameFields.Parse(await refused.Content.ReadAsStringAsync()).Text("code"));
        }

        http.DefaultRequestHeaders.Authorization = new("ApiKey", TokenGateway.ApiKey);
        using var served = await http.GetAsync("/api/rooms");
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        await alice.CatchUpAsync();
    }
}
