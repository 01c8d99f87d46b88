using System.Globalization;
using System.Net.Http.Json;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Makes requests, and says what came out.</summary>
internal sealed class HttpAnswers(Uri gateway) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = gateway, Timeout = Patience.Limit };

    public void Dispose() => _http.Dispose();

    public async Task<Outcome> AnswerAsync(HttpDeed deed, IReadOnlyDictionary<string, string> headers)
    {
        using var response = await SendAsync(deed, headers);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? ToOutcome(text) : ToRefusal((int)response.StatusCode, text);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpDeed deed, IReadOnlyDictionary<string, string> headers)
    {
        using var request = new HttpRequestMessage(deed.Method, deed.Path);
        if (deed.Body is not null) request.Content = JsonContent.Create(deed.Body);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await _http.SendAsync(request);
    }

    // A message to many rooms is accepted as a whole, with an error for each room that does not take it.
    private static Outcome ToOutcome(string text)
    {
        if (!text.StartsWith("{\"results\"", StringComparison.Ordinal)) return Outcome.Done;
        var result = FrameFields.Parse(text).Items("results")[0];
        return result.TryGetProperty("error", out var error) ? Outcome.Refused(error.Text("code"), error.TextOrNull("field")) : Outcome.Done;
    }

    private static Outcome ToRefusal(int status, string text)
    {
        var problem = FrameFields.Parse(text);
        var code = problem.Text("code");
        if (status != HttpDeeds.Status(code)) return new Outcome(string.Create(CultureInfo.InvariantCulture, $"status {status} with {text}"));
        return code is "unauthorized" or "suspended" ? Outcome.NotLetIn(code) : Outcome.Refused(code, problem.TextOrNull("field"));
    }
}
