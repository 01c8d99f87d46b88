using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication.Providers;

/// <summary>An OpenID Connect provider's tokens, taken by ASP.NET Core's handler for them as docs/security.md registers it.</summary>
public sealed class ProviderTests
{
    private const string NoneOfOurs = "the token is none of this server's";

    // In these words in docs/security.md.
    private static void AddProvider(WebApplicationBuilder builder) => builder.Services.AddAuthentication()
        .AddJwtBearer("sso", options =>
        {
            options.Authority = "https://login.example.com";
            options.Audience = "chat";
        });

    [Fact]
    public async Task The_lines_of_the_documentation_are_the_ones_that_run()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Here(), "..", "..", "..", "..", "docs", "security.md"));
        var program = document.Split("```csharp\n")[1].Split("```")[0];
        var shown = Trim(program[program.IndexOf("static void AddProvider", StringComparison.Ordinal)..]);
        Assert.True(shown.Length > 5, "it shows the registration");
        Assert.Contains(string.Join('\n', shown), string.Join('\n', Trim(await File.ReadAllTextAsync(Path.Combine(Here(), "ProviderTests.cs")))), StringComparison.Ordinal);
        // And what else a program has it has from the gateway's.
        var rest = Trim(program[..program.IndexOf("static void AddProvider", StringComparison.Ordinal)]).Where(line => line.Length > 0);
        var own = await File.ReadAllTextAsync(Path.Combine(Here(), "..", "..", "..", "..", "Gateway", "Program.cs"));
        Assert.Equal(Trim(own).Where(line => line.Length > 0), rest.Select(line => line.Replace("(args, AddProvider)", "(args)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_provider_s_tokens_let_in_on_the_socket_and_over_HTTP()
    {
        await using var provider = await Provider.StartAsync();
        await using var gateway = await StartAsync(provider);
        var token = provider.Token("alice", ("name", "Alice L."), ("room", new[] { "desk", "lobby" }));
        await using (var client = await OpenAsync(gateway, token))
        {
            var welcome = await client.WelcomedAsync();
            Assert.Equal(("alice", "Alice L."), (welcome.Text("user"), welcome.Text("name")));
            await client.JoinAsync("desk");
            await client.RefusedAsync(new { type = "join", room = "elsewhere" }, "forbidden");
            // Another of the same user takes its place on the connection.
            await client.DoAsync(new { type = "token", token = provider.Token("alice") });
            await client.JoinAsync("elsewhere");
        }

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gateway, "/api/rooms", token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(gateway, "/api/admin/counts", token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gateway, "/api/admin/counts", provider.Token("carol", ("role", "administrator")))).Status);
        // Its keys are fetched once, not with each token.
        Assert.Equal(1, provider.Asked);
        await gateway.Grain<OrleansChat.Users.IUserGrain>("alice").Revoke("root", reason: null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(gateway, "/api/rooms", token)).Status);
        Assert.Empty(gateway.Faults);
    }

    [Fact]
    public async Task A_provider_s_token_that_is_not_as_it_should_be_lets_nobody_in()
    {
        await using var provider = await Provider.StartAsync();
        await using var gateway = await StartAsync(provider);
        var good = provider.Token("alice");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gateway, "/api/rooms", good)).Status);
        var anHourAgo = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds();
        var inAnHour = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        foreach (var (token, why) in new[]
        {
            (provider.Token("alice", ("exp", anHourAgo)), "expired"),
            (provider.Token("alice", ("nbf", inAnHour), ("exp", inAnHour + 600)), "not yet valid"),
            (provider.Token("alice", ("aud", "another application")), "Audience"),
            (provider.Token("alice", ("iss", "https://login.example.org")), "Issuer"),
            (Provider.Forged("alice"), "Signature"),
            (provider.Confused("alice"), "Signature"),
            (provider.Unsigned("alice"), "IDX10504"),
            (good[..^8], "Signature"),
            (provider.Token("no id"), "names no user"),
        })
        {
            await RefusedAsync(gateway, token, why);
        }

        Assert.Empty(gateway.Faults);
    }

    [Theory]
    [InlineData("Tokens,External")]
    [InlineData("Tokens")]
    [InlineData("Accounts,External")]
    public async Task A_token_is_refused_for_the_reason_of_the_scheme_that_it_is_of(string mode)
    {
        await using var provider = await Provider.StartAsync();
        await using var gateway = await StartAsync(provider, [.. TokenGateway.Settings[1..], $"Auth:Mode={mode}", "Auth:ForeignPrefix=*"]);
        var tokens = gateway.Services.GetRequiredService<ChatTokens>();
        var anHourAgo = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds();
        await RefusedAsync(gateway, provider.Token("alice", ("exp", anHourAgo)), "expired");
        await RefusedAsync(gateway, Provider.Forged("alice"), "Signature");
        // The gateway's own, which the provider's handler cannot even take apart.
        var own = tokens.Issue("alice", null, TimeSpan.FromHours(-1)).Token;
        Assert.Equal("the token has expired", await RefusedAsync(gateway, own, "expired"));
        Assert.StartsWith(NoneOfOurs, await RefusedAsync(gateway, own[..^8], NoneOfOurs, isOurs: true), StringComparison.Ordinal);
        // And each lets in as ever.
        foreach (var good in new[] { provider.Token("alice"), tokens.Issue("alice", null, TimeSpan.FromHours(1)).Token })
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(gateway, "/api/rooms", good)).Status);
    }

    [Fact]
    public async Task Where_there_is_no_other_issuer_a_token_of_one_is_none_of_this_server_s()
    {
        await using var provider = await Provider.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TokenGateway.Settings);
        Assert.Equal(
            $"{NoneOfOurs}, or was changed or cut off on its way",
            await RefusedAsync(gateway, provider.Token("alice"), NoneOfOurs, isOurs: true));
    }

    /// <returns>The reason on the wire.</returns>
    private static async Task<string> RefusedAsync(TestGateway gateway, string token, string why, bool isOurs = false)
    {
        string reason;
        await using (var client = await OpenAsync(gateway, token))
        {
            reason = (await client.TakeAsync("goodbye")).Text("reason");
            Assert.Equal(1008, (await client.ClosedAsync()).Code);
        }

        var (status, body) = await GetAsync(gateway, "/api/rooms", token);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("\"code\":\"unauthorized\"", body, StringComparison.Ordinal);
        foreach (var told in new[] { reason, FrameFields.Parse(body).Text("detail") })
        {
            Assert.Contains(why, told, StringComparison.OrdinalIgnoreCase);
            // A token that is of another issuer is not one of this server's that was spoilt.
            if (!isOurs) Assert.DoesNotContain(NoneOfOurs, told, StringComparison.Ordinal);
        }

        return reason;
    }

    // The provider's name leads to this machine; everything else is as it is registered.
    private static Task<TestGateway> StartAsync(Provider provider, params string[] settings) => TestGateway.StartAsync(
        builder =>
        {
            AddProvider(builder);
            builder.Services.Configure<JwtBearerOptions>("sso", options => options.BackchannelHttpHandler = provider.Way);
        },
        settings is [] ? ["Auth:Mode=External"] : settings);

    private static Task<ChatClient> OpenAsync(TestGateway gateway, string token) =>
        ChatClient.OpenAsync(gateway.Socket("/ws?subscribe=none"), TokenGateway.Bearer(token));

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(TestGateway gateway, string path, string token)
    {
        using var http = new HttpClient { BaseAddress = gateway.Http };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string[] Trim(string text) => [.. text.Trim().Split('\n').Select(line => line.Trim())];

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
