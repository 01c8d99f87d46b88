using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

/// <summary>Requests that are no requests of the API.</summary>
public sealed class ApiRefusalTests(SharedApi api)
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"text\":\"hi\"} trailing")]
    [InlineData("{\"text\":\"hi\",\"text\":\"ho\"}")]
    [InlineData("{'text':'hi'}")]
    public async Task A_body_that_is_no_JSON_object_is_bad_json(string body)
    {
        using var client = api.As(Names.New("alice"));
        var (response, problem) = await client.SendRawAsync(
            HttpMethod.Post, "/api/rooms/lobby/messages", new StringContent(body, Encoding.UTF8, "application/json"));
        using var _ = response;
        Assert.Equal((HttpStatusCode.BadRequest, "bad_json"), (response.StatusCode, problem.Text("code")));
        Assert.False(problem.Has("field"));
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8_or_too_deep_is_bad_json()
    {
        using var client = api.As(Names.New("alice"));
        foreach (var body in new[] { [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d], Encoding.UTF8.GetBytes(new string('[', 1000)) })
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var (response, problem) = await client.SendRawAsync(HttpMethod.Post, "/api/rooms/lobby/messages", content);
            using var _ = response;
            Assert.Equal((HttpStatusCode.BadRequest, "bad_json"), (response.StatusCode, problem.Text("code")));
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Anything_but_JSON_is_415(string? type)
    {
        using var client = api.As(Names.New("alice"));
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"text":"hi"}"""));
        content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        foreach (var path in new[] { "/api/rooms/lobby/messages", "/api/rooms/lobby/archive" })
        {
            var (response, problem) = await client.SendRawAsync(HttpMethod.Post, path, content);
            using var _ = response;
            Assert.Equal((HttpStatusCode.UnsupportedMediaType, "bad_json"), (response.StatusCode, problem.Text("code")));
            Assert.Contains("application/json", problem.Text("detail"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_larger_than_a_frame_is_413(bool chunked)
    {
        using var client = api.As(Names.New("alice"));
        using var content = new StringContent($$"""{"text":"hi","ignored":"{{new string('x', 70_000)}}"}""", Encoding.UTF8, "application/json");
        if (chunked) content.Headers.ContentLength = null;
        var (response, problem) = await client.SendRawAsync(HttpMethod.Post, "/api/rooms/lobby/messages", content);
        using var _ = response;
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "text_too_long"), (response.StatusCode, problem.Text("code")));
    }

    [Theory]
    [InlineData("DELETE", "/api/rooms", "GET, POST")]
    [InlineData("GET", "/api/rooms/lobby/join", "POST")]
    [InlineData("POST", "/api/users/bob/presence", "GET")]
    public async Task A_wrong_method_is_405_and_told_which_there_are(string method, string path, string allowed)
    {
        using var client = api.As(Names.New("alice"));
        var (response, problem) = await client.SendRawAsync(new HttpMethod(method), path, content: null);
        using var _ = response;
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "unknown_type"), (response.StatusCode, problem.Text("code")));
        Assert.Equal(allowed.Split(", ").Order(), response.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task Whoever_has_no_token_or_none_that_is_valid_gets_nowhere()
    {
        foreach (var operation in api.Contract.Operations.Where(one => !one.Contains("/api/auth", StringComparison.Ordinal)))
        {
            var (method, path) = (operation.Split(' ')[0], operation.Split(' ')[1].Replace("{room}", "lobby", StringComparison.Ordinal).Replace("{user}", "bob", StringComparison.Ordinal));
            foreach (var authorization in new[] { null, "Bearer nonsense", "Basic YTpi", "ApiKey nonsense" })
            {
                using var client = new ApiClient(api.Gateway.Http, api.Contract, authorization);
                await client.RefusedAsync(new HttpMethod(method), path, method is "POST" or "PUT" ? new { } : null, 401, "unauthorized");
            }
        }
    }
}
