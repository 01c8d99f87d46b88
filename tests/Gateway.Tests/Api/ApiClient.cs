using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

/// <summary>Somebody who uses the HTTP API. Every answer is held against the description of the API.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly ApiContract _contract;
    private readonly string _query;

    /// <param name="gateway">The gateway.</param>
    /// <param name="contract">What it says of itself.</param>
    /// <param name="authorization">The header.</param>
    /// <param name="query">What is added to each address, such as <c>user=alice</c>.</param>
    public ApiClient(Uri gateway, ApiContract contract, string? authorization, string query = "")
    {
        (_contract, _query) = (contract, query);
        _http = new HttpClient { BaseAddress = gateway, Timeout = Patience.Limit };
        if (authorization is not null) _http.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(authorization);
    }

    /// <summary>The operations that were answered with success.</summary>
    public ConcurrentDictionary<string, bool> Succeeded { get; } = new();

    public void Dispose() => _http.Dispose();

    public Task<JsonElement> GetAsync(string path) => DoAsync(HttpMethod.Get, path);

    public Task<JsonElement> PostAsync(string path, object? body = null, int status = 200) => DoAsync(HttpMethod.Post, path, body, status);

    public Task<JsonElement> PutAsync(string path, object? body = null, int status = 204) => DoAsync(HttpMethod.Put, path, body, status);

    public Task<JsonElement> DeleteAsync(string path, int status = 204) => DoAsync(HttpMethod.Delete, path, body: null, status);

    /// <summary>Makes a request that must succeed, and gives what it was answered with.</summary>
    public async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null, int status = 200, string? key = null)
    {
        var (actual, text) = await SendAsync(method, path, body, key);
        Assert.True(actual == status, $"{method} {path} {JsonSerializer.Serialize(body)} was answered with {actual} {text}");
        return text.Length == 0 ? default : FrameFields.Parse(text);
    }

    /// <summary>Makes a request that must be refused.</summary>
    public async Task<JsonElement> RefusedAsync(
        HttpMethod method, string path, object? body, int status, string code, string? field = null, string? key = null)
    {
        var (actual, text) = await SendAsync(method, path, body, key);
        Assert.True(actual == status, $"{method} {path} {JsonSerializer.Serialize(body)} was answered with {actual} {text}");
        var problem = FrameFields.Parse(text);
        Assert.Equal((code, status, field), (problem.Text("code"), (int)problem.Number("status"), problem.TextOrNull("field")));
        return problem;
    }

    public Task<JsonElement> GetRefusedAsync(string path, int status, string code, string? field = null) =>
        RefusedAsync(HttpMethod.Get, path, body: null, status, code, field);

    public Task<JsonElement> PostRefusedAsync(string path, object? body, int status, string code, string? field = null) =>
        RefusedAsync(HttpMethod.Post, path, body, status, code, field);

    /// <summary>Sends a request as it stands; the answer is not held against anything.</summary>
    public async Task<(HttpResponseMessage Response, JsonElement Problem)> SendRawAsync(HttpMethod method, string path, HttpContent? content)
    {
        var response = await _http.SendAsync(new HttpRequestMessage(method, Address(path)) { Content = content });
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        return (response, FrameFields.Parse(await response.Content.ReadAsStringAsync()));
    }

    private async Task<(int Status, string Text)> SendAsync(HttpMethod method, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(method, Address(path));
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var status = (int)response.StatusCode;
        var operation = _contract.Check(
            method.Method, path.Split('?')[0], status, response.Content.Headers.ContentType?.MediaType, text);
        if (response.IsSuccessStatusCode) Succeeded[operation] = true;
        return (status, text);
    }

    private string Address(string path) =>
        _query.Length == 0 ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{_query}";
}
