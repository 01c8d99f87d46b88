using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Another issuer's tokens: one registration, and everything else is as with the gateway's own.</summary>
public sealed class OtherSchemeTests
{
    private const string Scheme = "sso";

    [Fact]
    public async Task Whatever_scheme_is_registered_says_who_connects()
    {
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddAuthentication().AddBearerToken(Scheme), [.. TokenGateway.Settings, "Auth:Administrators:0=root"]);

        // As ASP.NET Core's JWT handler maps them by default, and as they stand in the token.
        await using (var client = await OpenAsync(gateway, Token(gateway, new Claim(ClaimTypes.NameIdentifier, "alice"), new Claim("name", "Alice L."))))
        {
            var welcome = await client.WelcomedAsync();
            Assert.Equal(("alice", "Alice L."), (welcome.Text("user"), welcome.Text("name")));
        }

        await ShortLife.TryAsync(async lifetime =>
        {
            var end = (TimeProvider.System.GetUtcNow() + lifetime).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
            await using var client = await OpenAsync(gateway, Token(gateway, new Claim("sub", "alice"), new Claim("exp", end)));
            await client.WelcomedAsync();
            Assert.Equal(4001, (await client.ClosedAsync()).Code);
        });

        await RefusedAsync(gateway, "names no user", new Claim("email", "alice@example.com"));
        await RefusedAsync(gateway, "names no user", new Claim("sub", "auth0|5f7c8ec7"));
        await RefusedAsync(gateway, "limited to a room that is not an id", new Claim("sub", "alice"), new Claim("room", "no room"));
    }

    [Fact]
    public async Task Where_another_scheme_is_the_only_one_nobody_is_a_guest_and_nobody_registers()
    {
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddAuthentication().AddBearerToken(Scheme), "Auth:Mode=External");
        await using (var client = await OpenAsync(gateway, Token(gateway, new Claim("sub", "alice")))) await client.WelcomedAsync();
        await using var guest = await ChatClient.OpenAsync(gateway.Json("alice"));
        Assert.Equal(1008, (await guest.ClosedAsync()).Code);
        using var http = new HttpClient { BaseAddress = gateway.Http };
        Assert.Equal("""{"guest":false,"accounts":false,"tokens":false}""", await http.GetStringAsync(new Uri("/api/auth", UriKind.Relative)));
        using var answer = await http.PostAsync(new Uri("/api/accounts/register", UriKind.Relative), content: null);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_another_scheme_says_of_administrators_is_believed_and_nothing_else()
    {
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddAuthentication().AddBearerToken(Scheme), "Auth:Mode=External", "Auth:Administrators:0=root");
        foreach (var (token, status) in new[]
        {
            (Token(gateway, new Claim("sub", "alice"), new Claim("role", "administrator")), 200),
            (Token(gateway, new Claim("sub", "alice"), new Claim(ClaimTypes.Role, "administrator")), 200),
            (Token(gateway, new Claim("sub", "root")), 200),
            (Token(gateway, new Claim("sub", "alice"), new Claim("role", "admin")), 403),
            (Token(gateway, new Claim("sub", "Root")), 403),
        })
        {
            using var http = new HttpClient { BaseAddress = gateway.Http };
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            using var answer = await http.GetAsync(new Uri("/api/admin/counts", UriKind.Relative));
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task Names_that_give_rights_are_the_same_however_their_letters_are_composed()
    {
        await using var gateway = await TokenGateway.StartAsync("Auth:Administrators:0=ze\u0301", "Auth:ApiKeys:0:Name=bo\u0302t");
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Http };
        http.DefaultRequestHeaders.Authorization = new("Bearer", gateway.Token("z\u00e9"));
        using var answer = await http.GetAsync(new Uri("/api/admin/counts", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        using var suspended = await http.PutAsync(new Uri("/api/users/b\u00f4t/suspension", UriKind.Relative), content: null);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, suspended.StatusCode);
    }

    [Fact]
    public async Task Nobody_becomes_an_application_by_what_another_scheme_says()
    {
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddAuthentication().AddBearerToken(Scheme), [.. TokenGateway.Settings, "Auth:Mode=Tokens,External"]);
        using var http = new HttpClient { BaseAddress = gateway.Http };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token(gateway, new Claim("sub", "mallory"), new Claim("application", "backend")));
        using var answer = await http.PostAsync(
            new Uri("/api/tokens", UriKind.Relative), new StringContent("""{"user":"alice"}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task The_time_and_the_rooms_of_another_scheme_s_token_count()
    {
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddAuthentication().AddBearerToken(Scheme), "Auth:Mode=External");
        var issued = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var token = Token(gateway, new Claim("sub", "alice"), new Claim("iat", issued), new Claim("room", "desk"));
        await using (var client = await OpenAsync(gateway, token))
        {
            await client.WelcomedAsync();
            await client.JoinAsync("desk");
            await client.RefusedAsync(new { type = "join", room = "lobby" }, "forbidden");
            await gateway.Grain<OrleansChat.Users.IUserGrain>("alice").Revoke("root", reason: null);
            Assert.Equal(4500, (await client.ClosedAsync()).Code);
        }

        await using var again = await OpenAsync(gateway, token);
        Assert.Equal(1008, (await again.ClosedAsync()).Code);
    }

    private static Task<ChatClient> OpenAsync(TestGateway gateway, string token) =>
        ChatClient.OpenAsync(gateway.Socket("/ws"), TokenGateway.Bearer(token));

    private static async Task RefusedAsync(TestGateway gateway, string why, params Claim[] claims)
    {
        await using var client = await OpenAsync(gateway, Token(gateway, claims));
        Assert.Contains(why, (await client.TakeAsync("goodbye")).Text("reason"), StringComparison.Ordinal);
        Assert.Equal(1008, (await client.ClosedAsync()).Code);
    }

    private static string Token(TestGateway gateway, params Claim[] claims)
    {
        var options = gateway.Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get(Scheme);
        return options.BearerTokenProtector.Protect(new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme)),
            new AuthenticationProperties { ExpiresUtc = TimeProvider.System.GetUtcNow().AddHours(1) },
            Scheme));
    }
}
