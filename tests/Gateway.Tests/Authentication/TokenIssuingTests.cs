using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>An application asks for tokens of its users.</summary>
public sealed class TokenIssuingTests(SharedTokenGateway shared) : IClassFixture<SharedTokenGateway>
{
    private readonly TokenGateway _gateway = shared.Gateway;

    [Fact]
    public async Task A_token_is_what_was_asked_for()
    {
        var (user, room) = (Names.New("alice"), Names.New("desk"));
        var answer = await IssueAsync(new { user, name = "Alice L.", ttl = 600, rooms = new[] { room } });
        Assert.Equal(user, answer.Text("user"));
        Assert.InRange(answer.Number("expiresIn"), 590, 600);
        var end = answer.GetProperty("expiresAt").GetDateTimeOffset();
        Assert.InRange(end, TimeProvider.System.GetUtcNow().AddMinutes(5), TimeProvider.System.GetUtcNow().AddMinutes(10));
        await using var client = await _gateway.OpenAsync(answer.Text("token"));
        Assert.Equal((user, "Alice L."), ((await client.WelcomedAsync()).Text("user"), client.Welcome.Text("name")));
        await client.JoinAsync(room);
        await client.RefusedAsync(new { type = "join", room = Names.New("elsewhere") }, "forbidden");
        // Without a time: an hour, and all rooms.
        var usual = await IssueAsync(new { user });
        Assert.InRange(usual.Number("expiresIn"), 3590, 3600);
        await using var full = await _gateway.OpenAsync(usual.Text("token"));
        await full.WelcomedAsync();
        await full.JoinAsync(Names.New("elsewhere"));
    }

    [Theory]
    [InlineData("{}", "missing_field", "user")]
    [InlineData("""{"user":"a b"}""", "bad_field", "user")]
    [InlineData("""{"user":7}""", "bad_field", "user")]
    [InlineData("""{"user":"a","ttl":9}""", "bad_field", "ttl")]
    [InlineData("""{"user":"a","ttl":2592001}""", "bad_field", "ttl")]
    [InlineData("""{"user":"a","ttl":"1h"}""", "bad_field", "ttl")]
    [InlineData("""{"user":"a","rooms":[]}""", "bad_field", "rooms")]
    [InlineData("""{"user":"a","rooms":"lobby"}""", "bad_field", "rooms")]
    [InlineData("""{"user":"a","rooms":["a b"]}""", "bad_field", "rooms")]
    [InlineData("""{"user":"a","name":"a\u0007b"}""", "bad_field", "name")]
    [InlineData("""{"user":"a","rooms":null}""", "bad_field", "rooms")]
    [InlineData("""{"user":"a","room":["desk"]}""", "bad_field", "room")]
    [InlineData("""{"user":"a","Rooms":["desk"]}""", "bad_field", "Rooms")]
    [InlineData("[]", "bad_json", null)]
    [InlineData("nonsense", "bad_json", null)]
    public async Task What_cannot_be_is_refused_by_name(string body, string code, string? field)
    {
        using var response = await PostAsync($"ApiKey {TokenGateway.ApiKey}", new StringContent(body, Encoding.UTF8, "application/json"));
        var problem = await ReadAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal((code, field), (problem.Text("code"), problem.TextOrNull("field")));
    }

    [Fact]
    public async Task Nobody_gets_one_without_a_key()
    {
        var user = Names.New("alice");
        using var anonymous = await PostAsync(authorization: null, JsonContent.Create(new { user }));
        Assert.Equal("unauthorized", (await ReadAsync(anonymous, HttpStatusCode.Unauthorized)).Text("code"));
        Assert.Equal("Bearer", anonymous.Headers.WwwAuthenticate.ToString());
        using var wrong = await PostAsync("ApiKey wrong", JsonContent.Create(new { user }));
        Assert.Contains("the API key is not known", (await ReadAsync(wrong, HttpStatusCode.Unauthorized)).Text("detail"), StringComparison.Ordinal);
        using var empty = await PostAsync("ApiKey ", JsonContent.Create(new { user }));
        await ReadAsync(empty, HttpStatusCode.Unauthorized);
        // Nor does a user for themselves or others.
        using var token = await PostAsync($"Bearer {_gateway.Token(user)}", JsonContent.Create(new { user }));
        Assert.Equal("forbidden", (await ReadAsync(token, HttpStatusCode.Forbidden)).Text("code"));
    }

    [Fact]
    public async Task A_suspended_user_gets_none_and_a_revoked_one_gets_one_that_works()
    {
        var user = Names.New("alice");
        await _gateway.Gateway.Grain<IUserGrain>(user).Revoke("root", reason: null);
        await using (var client = await _gateway.OpenAsync((await IssueAsync(new { user })).Text("token"))) await client.WelcomedAsync();
        await _gateway.Gateway.Grain<IUserGrain>(user).Suspend("root", until: null, reason: null);
        using var response = await PostAsync($"ApiKey {TokenGateway.ApiKey}", JsonContent.Create(new { user }));
        Assert.Equal("suspended", (await ReadAsync(response, HttpStatusCode.Forbidden)).Text("code"));
    }

    [Fact]
    public async Task There_are_none_in_guest_mode()
    {
        await using var guests = await TestGateway.StartAsync();
        using var http = new HttpClient { BaseAddress = guests.Http };
        using var response = await http.PostAsJsonAsync("/api/tokens?user=alice", new { user = "alice" });
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("""{"guest":true,"accounts":false,"tokens":false}""", await http.GetStringAsync(new Uri("/api/auth", UriKind.Relative)));
    }

    private async Task<JsonElement> IssueAsync(object body)
    {
        using var response = await PostAsync($"ApiKey {TokenGateway.ApiKey}", JsonContent.Create(body));
        return await ReadAsync(response, HttpStatusCode.OK);
    }

    private async Task<HttpResponseMessage> PostAsync(string? authorization, HttpContent body)
    {
        using var http = new HttpClient { BaseAddress = _gateway.Gateway.Http };
        if (authorization is not null) http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        return await http.PostAsync(new Uri("/api/tokens", UriKind.Relative), body);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} {body}");
        Assert.Equal(
            expected == HttpStatusCode.OK ? "application/json" : "application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return FrameFields.Parse(body);
    }
}
