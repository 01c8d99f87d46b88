using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>Somebody with an account, who asks one gateway or another.</summary>
internal sealed class AccountHolder : IDisposable
{
    public const string Password = "correct horse battery staple";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    public Task<(int Status, JsonElement Body)> RegisterAsync(Uri gateway, string user) => PostAsync(gateway, "register", new { user, password = Password });

    public Task<(int Status, JsonElement Body)> LogInAsync(Uri gateway, string user, string password = Password) =>
        PostAsync(gateway, "login", new { user, password });

    public Task<(int Status, JsonElement Body)> RefreshAsync(Uri gateway, string refreshToken) => PostAsync(gateway, "refresh", new { refreshToken });

    public Task<(int Status, JsonElement Body)> LogOutAsync(Uri gateway, string token) => PostAsync(gateway, "logout", new { }, token);

    /// <summary>Connects with a token.</summary>
    /// <returns>The first frame's type, and the connection.</returns>
    public static async Task<(string? First, ClientWebSocket Socket)> ConnectAsync(Uri gateway, string token)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new Uri($"ws://{gateway.Authority}/ws?subscribe=none"), deadline.Token);
        var buffer = new byte[16 * 1024];
        var read = await socket.ReceiveAsync(buffer, deadline.Token);
        using var frame = JsonDocument.Parse(buffer.AsMemory(0, read.Count));
        return (frame.RootElement.GetProperty("type").GetString(), socket);
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
