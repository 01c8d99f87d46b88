using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// An application with its key: <c>Authorization: ApiKey KEY</c>. It is an administrator by the name that the
/// configuration gives it; with <c>?as=alice</c> it acts as that user.
/// </summary>
/// <remarks>
/// Keys are compared by their hashes, with each hash there is, in a time that does not depend on where they differ. A
/// plain hash is enough for a key that nobody can guess; a password would need a slow one.
/// </remarks>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IOptions<AuthOptions> auth)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!TokenPlaces.Brings(Request, SchemeName)) return Task.FromResult(AuthenticateResult.NoResult());
        var header = Request.Headers.Authorization.ToString();
        if (header[SchemeName.Length..].Trim() is not { Length: > 0 } key || Find(key) is not { } application) return Refuse("the API key is not known here");
        var user = application;
        if (Request.Query["as"].FirstOrDefault() is { } named && !ChatId.TryParse(named, out user))
            return Refuse($"as {ChatId.Explain(named)}");
        Claim[] claims =
        [
            new(ChatClaims.User, user),
            new(ChatClaims.Role, ChatClaims.Administrator),
            new(ChatClaims.Application, application),
        ];
        return Task.FromResult(AuthenticateResult.Success(
            new AuthenticationTicket(ChatClaims.Principal(SchemeName, claims), SchemeName)));
    }

    private string? Find(string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        string? found = null;
        foreach (var known in auth.Value.ApiKeys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(known.Hash))) found = known.Name;
        }

        return found is not null && ChatId.TryParse(found, out var name) ? name : null;
    }

    private static Task<AuthenticateResult> Refuse(string wrong) => Task.FromResult(AuthenticateResult.Fail(wrong));
}
