using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Tests.Accounts;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Accounts beside the users of an application, or of another issuer: nobody is both.</summary>
public sealed class ForeignIdTests
{
    private static readonly string[] Both = [.. TokenGateway.Settings, "Auth:Mode=Accounts,Tokens", "Auth:ForeignPrefix=shop-"];

    [Theory]
    [InlineData("shop-4711")]
    [InlineData("Shop-4711")]
    [InlineData("\uff53\uff48\uff4f\uff50-4711")]
    [InlineData("shop-")]
    public async Task Nobody_registers_the_id_of_an_application_s_user(string user)
    {
        await using var gateway = await TestGateway.StartAsync(Both);
        var refused = await PostAsync(gateway, "/api/accounts/register", new { user, password = AccountGateway.Password });
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden", "user"), (refused.Status, refused.Body.Text("code"), refused.Body.Text("field")));
        var issued = await PostAsync(gateway, "/api/tokens", new { user }, TokenGateway.ApiKey);
        Assert.Equal((HttpStatusCode.OK, user), (issued.Status, issued.Body.Text("user")));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("shop")]
    [InlineData("my-shop-1")]
    public async Task An_application_is_given_no_token_for_an_id_that_anybody_may_register(string user)
    {
        await using var gateway = await TestGateway.StartAsync(Both);
        var refused = await PostAsync(gateway, "/api/tokens", new { user }, TokenGateway.ApiKey);
        Assert.Equal((HttpStatusCode.BadRequest, "bad_field", "user"), (refused.Status, refused.Body.Text("code"), refused.Body.Text("field")));
        Assert.Contains("user has to begin with 'shop-' here (Auth:ForeignPrefix)", refused.Body.Text("detail"), StringComparison.Ordinal);
        var registered = await PostAsync(gateway, "/api/accounts/register", new { user, password = AccountGateway.Password });
        Assert.Equal(HttpStatusCode.Created, registered.Status);
    }

    [Fact]
    public async Task An_account_from_before_the_ids_were_kept_for_an_application_opens_nothing_any_more()
    {
        using var data = new DataDirectory();
        string[] users = ["alice", "shop-1"];
        var refreshTokens = new Dictionary<string, string>();
        await using (var before = await TestGateway.StartAsync(["Auth:Mode=Accounts", $"Chat:DataDirectory={data.Path}"]))
        {
            foreach (var user in users)
            {
                var registered = await PostAsync(before, "/api/accounts/register", new { user, password = AccountGateway.Password });
                refreshTokens[user] = registered.Body.Text("refreshToken");
            }
        }

        await using var gateway = await TestGateway.StartAsync([.. Both, $"Chat:DataDirectory={data.Path}"]);
        foreach (var user in users)
        {
            var status = user == "alice" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;
            Assert.Equal(status, (await PostAsync(gateway, "/api/accounts/login", new { user, password = AccountGateway.Password })).Status);
            Assert.Equal(status, (await PostAsync(gateway, "/api/accounts/refresh", new { refreshToken = refreshTokens[user] })).Status);
        }
    }

    [Fact]
    public async Task Another_issuer_s_token_names_no_id_that_anybody_may_register()
    {
        const string scheme = "sso";
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddAuthentication().AddBearerToken(scheme), "Auth:Mode=Accounts,External", "Auth:ForeignPrefix=sso-");
        var protector = gateway.Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get(scheme).BearerTokenProtector;
        foreach (var (user, code) in new[] { ("alice", 1008), ("sso-alice", 0) })
        {
            var ticket = new AuthenticationTicket(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", user)], scheme)),
                new AuthenticationProperties { ExpiresUtc = TimeProvider.System.GetUtcNow().AddHours(1) },
                scheme);
            await using var client = await ChatClient.OpenAsync(gateway.Socket("/ws?subscribe=none"), TokenGateway.Bearer(protector.Protect(ticket)));
            if (code == 0) await client.WelcomedAsync();
            else Assert.Contains("sub has to begin with 'sso-' here (Auth:ForeignPrefix), and is 'alice'", (await client.ClosedAsync()).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_says_so_keeps_nothing_apart()
    {
        await using var gateway = await TestGateway.StartAsync([.. Both, "Auth:ForeignPrefix=*"]);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(gateway, "/api/accounts/register", new { user = "alice", password = AccountGateway.Password })).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(gateway, "/api/tokens", new { user = "alice" }, TokenGateway.ApiKey)).Status);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(TestGateway gateway, string path, object body, string? apiKey = null)
    {
        using var http = new HttpClient { BaseAddress = gateway.Http };
        if (apiKey is not null) http.DefaultRequestHeaders.Authorization = new("ApiKey", apiKey);
        using var response = await http.PostAsJsonAsync(path, body);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
