using Microsoft.AspNetCore.Http;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Tokens and keys never reach a log, however much is logged.</summary>
public sealed class SecretsTests
{
    [Fact]
    public async Task No_token_and_no_key_is_in_the_log_of_a_gateway_that_logs_everything()
    {
        using var data = new DataDirectory();
        string[] everything = ["--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace", "--Logging:LogLevel:System=Trace"];
        await using var gateway = await GatewayProcess.StartAsync(data, [.. TokenGateway.Settings.Select(setting => $"--{setting}"), .. everything]);
        const string Bad = "CfDJ8-a-secret-that-is-no-token";
        var socket = new Uri($"ws://{gateway.Authority}/ws");
        foreach (var headers in new[] { $"Bearer {Bad}", $"bearer {Bad}", $"ApiKey {Bad}", $"ApiKey {TokenGateway.ApiKey}" })
        {
            await using var client = await ChatClient.OpenAsync(socket, new Dictionary<string, string> { ["Authorization"] = headers });
            await EndedAsync(client, headers);
        }

        await using (var client = await ChatClient.OpenAsync(new Uri($"{socket}?access_token={Bad}&subscribe=none"))) await EndedAsync(client, Bad);
        foreach (var place in new[] { "access%5Ftoken", "%61CCESS_token" })
        {
            await using var client = await ChatClient.OpenAsync(new Uri($"{socket}?{place}={Bad}"));
            await EndedAsync(client, Bad);
        }

        await using (var client = await ChatClient.OpenAsync(socket, "chat.v1", $"bearer.{Bad}")) await EndedAsync(client, Bad);
        await using (var client = await ChatClient.OpenAsync(socket, new Dictionary<string, string> { ["Authorization"] = $"ApiKey {TokenGateway.ApiKey}" }))
        {
            await client.WelcomedAsync();
            await client.RefusedAsync(new { type = "token", token = Bad }, "unauthorized");
        }

        await gateway.TerminateAsync();
        await gateway.EndedAsync();
        var log = string.Join('\n', gateway.Output) + gateway.Errors;
        // It did log the requests.
        Assert.Contains("/ws?access_token=…&subscribe=none", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Bad, log, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenGateway.ApiKey, log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_taken_out_of_the_address_and_out_of_what_a_socket_offers()
    {
        var socket = await TakeAsync("/ws", "?room=lobby&access_token=one&since=5", "chat.v1, bearer.two");
        Assert.Equal(("?room=lobby&since=5", "chat.v1", "Bearer two"), socket);
        Assert.Equal(("", "", "Bearer one"), await TakeAsync("/ws/alice", "?access_token=one", ""));
        // Where every program can write headers, no token belongs into an address.
        Assert.Equal("", (await TakeAsync("/api/rooms", "?access_token=one", "bearer.two")).Authorization);

        static async Task<(string Query, string Offered, string Authorization)> TakeAsync(string path, string query, string offered)
        {
            var request = new DefaultHttpContext().Request;
            (request.Path, request.QueryString, request.Headers.SecWebSocketProtocol) = (path, new QueryString(query), offered);
            await TokenPlaces.UseAsync(request.HttpContext, static _ => Task.CompletedTask);
            return (request.QueryString.Value ?? "", request.Headers.SecWebSocketProtocol.ToString(), request.Headers.Authorization.ToString());
        }
    }

    private static Task EndedAsync(ChatClient client, string secret) =>
        secret.EndsWith(TokenGateway.ApiKey, StringComparison.Ordinal) ? client.WelcomedAsync() : client.ClosedAsync();
}
