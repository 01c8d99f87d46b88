using System.Net.Http.Json;
using System.Net.WebSockets;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Which pages may open a socket. A browser sends the page's origin by itself, and a page cannot change it.</summary>
public sealed class OriginTests
{
    [Fact]
    public async Task Pages_of_others_are_refused_before_the_upgrade_and_the_gateway_s_own_is_not()
    {
        await using var gateway = await TestGateway.StartAsync("Auth:AllowedOrigins:0=https://app.example.com", "Auth:AllowedOrigins:1=http://dev.example.com:8080");
        var own = gateway.Http;
        foreach (var allowed in new[]
        {
            $"http://{own.Authority}", $"https://{own.Authority}", "https://app.example.com", "https://APP.example.com", "http://dev.example.com:8080",
        })
        {
            await using var client = await OpenAsync(gateway, allowed);
            await client.WelcomedAsync();
        }

        foreach (var refused in new[]
        {
            "https://evil.example.com", "http://app.example.com", "https://app.example.com:8443", "https://app.example.com.evil.org", "null",
            $"http://{own.Host}", $"http://{own.Host}:1", $"http://{own.Authority}.evil.org", $"http://{own.Host}.evil.org:{own.Port}", $"http://evil.org/{own.Authority}", $"http://{own.Host}@evil.org:{own.Port}", "", "*",
        })
        {
            await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(gateway, refused));
        }

        // Who sends none is no browser.
        await using var program = await gateway.ConnectAsync("alice");
    }

    [Fact]
    public async Task However_an_allowed_origin_is_written_it_is_the_one_that_browsers_send()
    {
        await using var gateway = await TestGateway.StartAsync(
            "Auth:AllowedOrigins:0=https://App.Example.com:443", "Auth:AllowedOrigins:1=HTTP://dev.example.com:80",
            "Auth:AllowedOrigins:2=https://bücher.example:8443", "Auth:AllowedOrigins:3=http://[2001:DB8:0::1]:80");
        foreach (var sent in new[] { "https://app.example.com", "http://dev.example.com", "https://xn--bcher-kva.example:8443", "http://[2001:db8::1]" })
        {
            await using var client = await OpenAsync(gateway, sent);
            await client.WelcomedAsync();
            using var http = new HttpClient { BaseAddress = gateway.Http };
            http.DefaultRequestHeaders.Add("Origin", sent);
            using var read = await http.GetAsync(new Uri("/api/rooms?user=alice", UriKind.Relative));
            Assert.Equal([sent], read.Headers.GetValues("Access-Control-Allow-Origin"));
        }

        await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync(gateway, "https://app.example.com:8443"));
    }

    [Fact]
    public async Task A_page_that_asks_too_often_can_read_that_it_does()
    {
        await using var gateway = await TestGateway.StartAsync(
            "Auth:Mode=Accounts", "Auth:AllowedOrigins:0=https://app.example.com",
            "Chat:Limits:LoginBurstPerAddress=1", "Chat:Limits:LoginsPerMinutePerAddress=1");
        using var http = new HttpClient { BaseAddress = gateway.Http };
        http.DefaultRequestHeaders.Add("Origin", "https://app.example.com");
        foreach (var status in new[] { 401, 429 })
        {
            using var answer = await http.PostAsJsonAsync("/api/accounts/login", new { user = "alice", password = "correct horse battery staple" });
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(["https://app.example.com"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
            if (status == 429) Assert.True(FrameFields.Parse(await answer.Content.ReadAsStringAsync()).Number("retryAfterMs") > 0);
        }
    }

    [Fact]
    public async Task A_page_over_http_is_not_the_gateway_s_own_where_that_is_reached_over_https()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:TrustedProxies=127.0.0.1");
        var headers = new Dictionary<string, string> { ["X-Forwarded-Proto"] = "https", ["Origin"] = $"http://{gateway.Http.Authority}" };
        await Assert.ThrowsAsync<WebSocketException>(() => ChatClient.OpenAsync(gateway.Json("alice"), headers));
        headers["Origin"] = $"https://{gateway.Http.Authority}";
        await using var client = await ChatClient.OpenAsync(gateway.Json("alice"), headers);
        await client.WelcomedAsync();
    }

    [Fact]
    public async Task A_name_of_somebody_else_that_leads_to_a_gateway_of_guests_is_not_its_own()
    {
        await using var gateway = await TestGateway.StartAsync();
        var port = gateway.Http.Port;
        // The page of evil.example.com, once that name has been made to mean this machine.
        await Assert.ThrowsAsync<WebSocketException>(() => ChatClient.OpenAsync(gateway.Json("alice"), new Dictionary<string, string>
        {
            ["Host"] = $"evil.example.com:{port}",
            ["Origin"] = $"http://evil.example.com:{port}",
        }));
        using var http = new HttpClient { BaseAddress = gateway.Http };
        http.DefaultRequestHeaders.Host = $"evil.example.com:{port}";
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await http.GetAsync(new Uri("/api/rooms?user=alice", UriKind.Relative))).StatusCode);
        http.DefaultRequestHeaders.Host = $"localhost:{port}";
        Assert.Equal(System.Net.HttpStatusCode.OK, (await http.GetAsync(new Uri("/api/rooms?user=alice", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task All_origins_may_connect_where_that_is_said()
    {
        await using var gateway = await TestGateway.StartAsync("Auth:AllowedOrigins:0=*");
        await using var client = await OpenAsync(gateway, "https://anywhere.example.com");
        await client.WelcomedAsync();
    }

    [Theory]
    [InlineData("/WS?user=alice")]
    [InlineData("/Ws/?user=alice")]
    [InlineData("/%77s?user=alice")]
    [InlineData("/wS/alice")]
    public async Task However_the_address_is_written_it_is_checked(string address)
    {
        await using var gateway = await TestGateway.StartAsync();
        var uri = new Uri($"ws://{gateway.Http.Authority}{address}");
        await using var program = await ChatClient.OpenAsync(uri);
        await Assert.ThrowsAsync<WebSocketException>(() =>
            ChatClient.OpenAsync(uri, new Dictionary<string, string> { ["Origin"] = "https://evil.example.com" }));
    }

    [Fact]
    public async Task Pages_of_others_change_nothing_over_HTTP_and_programs_and_allowed_pages_do()
    {
        await using var gateway = await TestGateway.StartAsync("Auth:AllowedOrigins:0=https://app.example.com");
        using var http = new HttpClient { BaseAddress = gateway.Http };
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Post, "/api/rooms/lobby/join?user=alice"), (HttpMethod.Put, "/api/blocks/bob?user=alice"),
            (HttpMethod.Delete, "/api/blocks/bob?user=alice"), (HttpMethod.Post, "/API/users/alice/revoke?user=alice"),
        })
        {
            foreach (var refused in new[] { "https://evil.example.com", "null", $"http://{gateway.Http.Host}:1" })
            {
                var answer = await AskAsync(method, path, refused);
                Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
                Assert.Contains("Auth:AllowedOrigins", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            foreach (var allowed in new[] { null, "https://app.example.com", $"http://{gateway.Http.Authority}" })
                Assert.True((await AskAsync(method, path, allowed)).IsSuccessStatusCode, $"{method} {path} of {allowed}");
        }

        // Reading does nothing; that the page is not shown the answer is the browser's part, when no header allows it.
        var read = await AskAsync(HttpMethod.Get, "/api/rooms?user=alice", "https://evil.example.com");
        Assert.Equal(System.Net.HttpStatusCode.OK, read.StatusCode);
        Assert.False(read.Headers.Contains("Access-Control-Allow-Origin"));

        async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string? origin)
        {
            using var request = new HttpRequestMessage(method, path);
            if (origin is not null) request.Headers.Add("Origin", origin);
            return await http.SendAsync(request);
        }
    }

    private static Task<ChatClient> OpenAsync(TestGateway gateway, string origin) =>
        ChatClient.OpenAsync(gateway.Json("alice"), new Dictionary<string, string> { ["Origin"] = origin });
}
