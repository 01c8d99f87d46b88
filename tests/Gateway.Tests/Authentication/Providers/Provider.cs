using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrleansChat.Gateway.Tests.Authentication.Providers;

/// <summary>
/// An OpenID Connect provider: a key of its own, its public half and where that is found over HTTP (OpenID Connect
/// Discovery 1.0 §4), and tokens signed with it. It is called <see cref="Issuer"/>, and listens on this machine.
/// </summary>
internal sealed class Provider : IAsyncDisposable
{
    public const string Issuer = "https://login.example.com";
    public const string Audience = "chat";

    private readonly RsaSecurityKey _key = NewKey("key-1");
    private readonly WebApplication _app;
    private int _asked;

    private Provider(WebApplication app) => _app = app;

    /// <summary>How often it was asked for its keys.</summary>
    public int Asked => _asked;

    /// <summary>Brings what is sent to the provider's name to this one.</summary>
    public HttpMessageHandler Way => new Redirection(new Uri(_app.Urls.First()));

    public static async Task<Provider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var provider = new Provider(builder.Build());
        provider._app.MapGet("/.well-known/openid-configuration", static () => Results.Text(
            JsonSerializer.Serialize(new { issuer = Issuer, jwks_uri = $"{Issuer}/keys" }), "application/json"));
        provider._app.MapGet("/keys", provider.Keys);
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>A token, good for ten minutes, and of no kind that a claim could not change.</summary>
    public string Token(string user, params (string Name, object Value)[] claims) => Sign(Signing, user, claims);

    /// <summary>The same by somebody who says that they are the provider.</summary>
    public static string Forged(string user) => Sign(new SigningCredentials(NewKey("key-1"), SecurityAlgorithms.RsaSha256), user, []);

    /// <summary>The same, signed with what everybody knows: the public key as if it were a secret (RFC 8725 §2.1).</summary>
    public string Confused(string user) => Sign(
        new SigningCredentials(new SymmetricSecurityKey(_key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = _key.KeyId }, SecurityAlgorithms.HmacSha256),
        user,
        []);

    /// <summary>The same without a signature (RFC 7519 §6).</summary>
    public string Unsigned(string user) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{Token(user).Split('.')[1]}.";

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Rsa.Dispose();
    }

    private SigningCredentials Signing => new(_key, SecurityAlgorithms.RsaSha256);

    private IResult Keys()
    {
        Interlocked.Increment(ref _asked);
        var key = _key.Rsa.ExportParameters(includePrivateParameters: false);
        return Results.Text(
            JsonSerializer.Serialize(new
            {
                keys = new[]
                {
                    new { kty = "RSA", use = "sig", alg = "RS256", kid = _key.KeyId, n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) },
                },
            }),
            "application/json");
    }

    private static RsaSecurityKey NewKey(string id) => new(RSA.Create(2048)) { KeyId = id };

    private static string Sign(SigningCredentials signing, string user, (string Name, object Value)[] others)
    {
        var now = TimeProvider.System.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = user,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in others) claims[name] = value;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(JsonSerializer.Serialize(claims), signing);
    }

    private sealed class Redirection(Uri target) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal(Issuer, request.RequestUri!.GetLeftPart(UriPartial.Authority));
            request.RequestUri = new Uri(target, request.RequestUri.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
