using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
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
    public async Task A_field_that_is_misspelt_is_refused_by_name_and_nothing_is_done()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("room"));
        using var client = api.As(alice);
        using var application = api.Application();
        await client.PostRefusedAsync("/api/rooms", new { room, kind = "public", topc = "x" }, 400, "bad_field", "topc");
        await client.GetRefusedAsync($"/api/rooms/{room}", 404, "no_such_room", "room");
        await client.PostAsync("/api/rooms", new { room, kind = "public" }, 201);
        var untl = DateTimeOffset.MaxValue;
        await client.PostRefusedAsync($"/api/rooms/{room}/ban", new { user = bob, untl }, 400, "bad_field", "untl");
        await client.PostRefusedAsync($"/api/rooms/{room}/mute", new { user = bob, untl }, 400, "bad_field", "untl");
        foreach (var action in new[] { "invite", "kick", "unban", "unmute" })
            await client.PostRefusedAsync($"/api/rooms/{room}/{action}", new { user = bob, reson = "x" }, 400, "bad_field", "reson");
        await client.PostRefusedAsync($"/api/rooms/{room}/role", new { user = bob, role = "member", rolle = "owner" }, 400, "bad_field", "rolle");
        await client.RefusedAsync(HttpMethod.Put, $"/api/rooms/{room}/topic", new { topic = "x", tpic = "y" }, 400, "bad_field", "tpic");
        await client.PostRefusedAsync($"/api/rooms/{room}/archive", new { archvied = false }, 400, "bad_field", "archvied");
        await client.PostRefusedAsync($"/api/rooms/{room}/messages", new { text = "x", kee = "y" }, 400, "bad_field", "kee");
        await client.PostRefusedAsync($"/api/users/{bob}/messages", new { text = "x", replyto = 1 }, 400, "bad_field", "replyto");
        await application.PostRefusedAsync("/api/messages", new { rooms = new[] { room }, text = "x", kee = "y" }, 400, "bad_field", "kee");
        await application.RefusedAsync(HttpMethod.Put, $"/api/users/{bob}/suspension", new { untl }, 400, "bad_field", "untl");
        await application.PostRefusedAsync($"/api/users/{bob}/revoke", new { reson = "x" }, 400, "bad_field", "reson");
        var misspelt = JsonSerializer.Serialize(new Dictionary<string, string> { ["text"] = "x", [new string('k', 1000)] = "y" });
        var (response, problem) = await client.SendRawAsync(
            HttpMethod.Post, $"/api/rooms/{room}/messages", new StringContent(misspelt, Encoding.UTF8, "application/json"));
        using var _ = response;
        Assert.Equal($"{new string('k', 64)}…", problem.Text("field"));

        // Nothing has come to pass in the room, and bob may do what he likes.
        Assert.Equal(0, (await client.GetAsync($"/api/rooms/{room}")).Number("lastSeq"));
        using var other = api.As(bob);
        await other.PostAsync($"/api/rooms/{room}/join");
        await other.PostAsync($"/api/rooms/{room}/messages", new { text = "x" }, 201);
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
        using HttpContent content = chunked
            ? new InTwoParts($$"""{"text":"hi","ignored":"{{new string('x', 66_000)}}"}""")
            : new StringContent($$"""{"text":"hi","ignored":"{{new string('x', 70_000)}}"}""", Encoding.UTF8, "application/json");
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

    /// <summary>
    /// A body whose length nobody says before: a part that is within the limit, and one that is not, with the body's end. A
    /// connection on which more was to come is cut off, and whoever is still writing then need not see the answer.
    /// </summary>
    private sealed class InTwoParts : HttpContent
    {
        private const int Last = 1_000;

        private readonly byte[] _body;

        public InTwoParts(string body)
        {
            _body = Encoding.UTF8.GetBytes(body);
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_body.AsMemory(..^Last));
            await stream.WriteAsync(_body.AsMemory(^Last..));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
