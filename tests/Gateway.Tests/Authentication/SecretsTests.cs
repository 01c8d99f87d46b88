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

    private static Task EndedAsync(ChatClient client, string secret) =>
        secret.EndsWith(TokenGateway.ApiKey, StringComparison.Ordinal) ? client.WelcomedAsync() : client.ClosedAsync();
}
