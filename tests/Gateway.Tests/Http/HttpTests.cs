using System.Net;
using OrleansChat.Gateway.Tests.Hosting;

namespace OrleansChat.Gateway.Tests.Http;

public sealed class HttpTests(SharedGateway shared) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = shared.Gateway.Http };

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    public async Task The_health_endpoints_answer(string path)
    {
        using var response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("ok\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_page_is_served_and_may_load_nothing_but_itself()
    {
        using var response = await _http.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        string[] allowed =
        [
            "base-uri 'none'", "connect-src 'self'", "default-src 'none'", "font-src 'self'", "form-action 'none'", "frame-ancestors 'none'",
            "img-src 'self' data:", "manifest-src 'self'", "script-src 'self'", "style-src 'self'",
        ];
        Assert.Equal(allowed, policy.Split("; ").Order(StringComparer.Ordinal));
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("<html", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ws", "/ws?user=alice")]
    [InlineData("/ws?user=alice", "/ws?user=alice")]
    [InlineData("/ws/alice", "/ws/alice")]
    public async Task A_request_without_an_upgrade_is_told_what_would_work(string path, string example)
    {
        using var response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Equal("websocket", response.Headers.Upgrade.Single().Name);
        Assert.Contains(
            $"ws://{shared.Gateway.Http.Authority}{example}", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/../Gateway.csproj")]
    [InlineData("/%2e%2e/OrleansChat.Gateway.dll")]
    [InlineData("/OrleansChat.Gateway.dll")]
    [InlineData("/appsettings.json")]
    public async Task Nothing_else_is_there(string path)
    {
        using var response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Only_GET_opens_a_socket()
    {
        using var response = await _http.PostAsync("/ws?user=alice", new StringContent("{}"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }
}
