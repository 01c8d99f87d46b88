using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrleansChat.Gateway.Tests.Api;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>Somebody who asks a gateway about accounts over HTTP.</summary>
/// <param name="gateway">The gateway.</param>
/// <param name="isDescribed">Whether each answer is held against the description of the API, which that of a gateway with accounts can be.</param>
internal sealed class AccountClient(Uri gateway, bool isDescribed = false) : IDisposable
{
    private readonly Lazy<Task<ApiContract>> _contract = new(() => ApiContract.ReadAsync(gateway));
    private readonly HttpClient _http = new() { BaseAddress = gateway, Timeout = Patience.Limit };

    public Task<Answer> RegisterAsync(string user, string password, string? name = null) =>
        PostAsync("register", new { user, password, name });

    public Task<Answer> LogInAsync(string user, string password) => PostAsync("login", new { user, password });

    public Task<Answer> RefreshAsync(string refreshToken) => PostAsync("refresh", new { refreshToken });

    public Task<Answer> ChangePasswordAsync(string token, string current, string next) =>
        PostAsync("password", new Dictionary<string, string> { ["current"] = current, ["new"] = next }, token);

    public Task<Answer> LogOutAsync(string token) => PostAsync("logout", new { }, token);

    public Task<Answer> PostAsync(string path, object body, string? token = null) => SendAsync(path, JsonSerializer.Serialize(body), token);

    public Task<Answer> SendAsync(string path, string body, string? token = null, string contentType = "application/json") =>
        SendAsync(path, Encoding.UTF8.GetBytes(body), token, contentType);

    public async Task<Answer> SendAsync(string path, byte[] body, string? token = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/accounts/{path}");
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (isDescribed)
        {
            (await _contract.Value).Check(
                "POST", $"/api/accounts/{path}", (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, text);
        }

        return new Answer(
            (int)response.StatusCode,
            text.Length == 0 ? default : FrameFields.Parse(text),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.CacheControl?.NoStore == true,
            response.Headers.RetryAfter?.Delta);
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>What a gateway answered.</summary>
internal sealed record Answer(int Status, JsonElement Body, string? MediaType, bool IsNotStored, TimeSpan? RetryAfter)
{
    public string AccessToken => Body.Text("accessToken");

    public string RefreshToken => Body.Text("refreshToken");

    /// <summary>What was asked for was done.</summary>
    public Answer Done()
    {
        Assert.True(Status is 200 or 201 or 204, $"{Status}: {Body}");
        return this;
    }

    /// <summary>It was refused, with this code.</summary>
    public Answer Refused(int status, string code, string? field = null)
    {
        Assert.Equal((status, code, field), (Status, Body.Text("code"), Body.TextOrNull("field")));
        Assert.Equal("application/problem+json", MediaType);
        return this;
    }
}
