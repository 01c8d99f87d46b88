using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>Somebody with an account, who asks one gateway or another.</summary>
internal sealed class AccountHolder : IDisposable
{
    public const string Password = "correct horse battery staple";

    private readonly HttpClient _http = new() { Timeout = Patience.Limit };

    public Task<(int Status, JsonElement Body)> RegisterAsync(Uri gateway, string user) => PostAsync(gateway, "register", new { user, password = Password });

    public Task<(int Status, JsonElement Body)> LogInAsync(Uri gateway, string user, string password = Password) =>
        PostAsync(gateway, "login", new { user, password });

    public Task<(int Status, JsonElement Body)> RefreshAsync(Uri gateway, string refreshToken) => PostAsync(gateway, "refresh", new { refreshToken });

    public Task<(int Status, JsonElement Body)> LogOutAsync(Uri gateway, string token) => PostAsync(gateway, "logout", new { }, token);

    /// <summary>Asks, and asks again while the server cannot answer for the moment.</summary>
    public static async Task<(int Status, JsonElement Body)> SurelyAsync(Func<Task<(int Status, JsonElement Body)>> ask)
    {
        var answer = default((int Status, JsonElement Body));
        await Patience.UntilAsync(async () => (answer = await ask()).Status == 503 ? "nobody answers" : null);
        return answer;
    }

    /// <summary>Registers somebody, however often that takes.</summary>
    /// <returns>The tokens.</returns>
    public async Task<JsonElement> RegisterSurelyAsync(Uri gateway, string user)
    {
        var (status, body) = await SurelyAsync(() => RegisterAsync(gateway, user));
        // It was told to come again, and had been registered all the same.
        if (status == 400) (status, body) = await SurelyAsync(() => LogInAsync(gateway, user));
        Assert.Contains(status, new[] { 200, 201 });
        return body;
    }

    /// <summary>Connects with a token, and again while the server has nobody to ask for the moment.</summary>
    /// <returns>The first frame's type, and the connection.</returns>
    public static async Task<(string? First, ClientWebSocket Socket)> ConnectAsync(Uri gateway, string token)
    {
        var made = default((string?, ClientWebSocket));
        await Patience.UntilAsync(async () =>
        {
            var (first, mayTryAgain, socket) = await DialAsync(gateway, token);
            made = (first, socket);
            if (!mayTryAgain) return null;
            socket.Dispose();
            return $"{first}, and nothing but that";
        });
        return made;
    }

    /// <summary>Reads on until the gateway closes the connection.</summary>
    public static async Task<int?> CloseCodeAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        var buffer = new byte[16 * 1024];
        while ((await socket.ReceiveAsync(buffer, deadline.Token)).MessageType != WebSocketMessageType.Close)
        {
            // A goodbye, most likely.
        }

        return (int?)socket.CloseStatus;
    }

    public void Dispose() => _http.Dispose();

    private static async Task<(string? First, bool MayTryAgain, ClientWebSocket Socket)> DialAsync(Uri gateway, string token)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new Uri($"ws://{gateway.Authority}/ws?subscribe=none"), deadline.Token);
        var buffer = new byte[16 * 1024];
        var length = 0;
        for (var isWhole = false; !isWhole;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
            (length, isWhole) = (length + part.Count, part.EndOfMessage);
        }

        using var frame = JsonDocument.Parse(buffer.AsMemory(0, length));
        var mayTryAgain = frame.RootElement.TryGetProperty("reconnect", out var reconnect) && reconnect.GetBoolean();
        return (frame.RootElement.GetProperty("type").GetString(), mayTryAgain, socket);
    }

    private async Task<(int Status, JsonElement Body)> PostAsync(Uri gateway, string path, object body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, $"/api/accounts/{path}"));
        request.Content = JsonContent.Create(body);
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        using var answer = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
        return ((int)response.StatusCode, answer.RootElement.Clone());
    }
}
