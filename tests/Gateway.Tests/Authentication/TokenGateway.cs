using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>A gateway in the mode Tokens, and the tokens that it takes.</summary>
internal sealed class TokenGateway : IAsyncDisposable
{
    /// <summary>The key of its only application, which is called <c>backend</c>.</summary>
    public const string ApiKey = "5f8a1d0c-a-key-for-tests";

    private TokenGateway(TestGateway gateway) => Gateway = gateway;

    public TestGateway Gateway { get; }

    private ChatTokens Tokens => Gateway.Services.GetRequiredService<ChatTokens>();

    /// <summary>The settings of this mode.</summary>
    public static string[] Settings { get; } =
    [
        "Auth:Mode=Tokens",
        "Auth:ApiKeys:0:Name=backend",
        $"Auth:ApiKeys:0:Hash={Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ApiKey)))}",
    ];

    public static Task<TokenGateway> StartAsync(params string[] settings) => StartAsync(configure: null, settings);

    public static async Task<TokenGateway> StartAsync(Action<WebApplicationBuilder>? configure, params string[] settings) =>
        new(await TestGateway.StartAsync(configure, [.. Settings, .. settings]));

    /// <summary>A token, good for an hour if nothing else is said.</summary>
    public string Token(
        string user, string? name = null, TimeSpan? lifetime = null, DateTimeOffset? tokensFrom = null, params string[] rooms) =>
        Tokens.Issue(user, name, lifetime ?? TimeSpan.FromHours(1), rooms.Length == 0 ? null : [.. rooms], tokensFrom).Token;

    /// <summary>Connects with a token in the header, whatever the server says to it.</summary>
    public Task<ChatClient> OpenAsync(string token, string query = "subscribe=none") =>
        ChatClient.OpenAsync(Gateway.Socket($"/ws?{query}"), Bearer(token));

    /// <summary>Connects as a user, and waits for the welcome.</summary>
    public async Task<ChatClient> ConnectAsync(string user, TimeSpan? lifetime = null, params string[] rooms)
    {
        var client = await OpenAsync(Token(user, lifetime: lifetime, rooms: rooms));
        await client.WelcomedAsync();
        return client;
    }

    public static Dictionary<string, string> Bearer(string token) => new() { ["Authorization"] = $"Bearer {token}" };

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}
