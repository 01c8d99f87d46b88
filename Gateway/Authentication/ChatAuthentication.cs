using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// The default scheme: asks each other scheme there is, in the order of their registration, and takes the first that
/// knows who it is. So another way to prove it is one registration more.
/// </summary>
/// <remarks>
/// Whatever the scheme, what comes out is the same few claims (<see cref="ChatClaims"/>): a user whose id follows the
/// rule of ids, a name, the times of the proof, its rooms, and the role of an administrator if the scheme or
/// <c>Auth:Administrators</c> gives it. Nothing else a token says reaches the chat.
/// </remarks>
internal sealed class ChatAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IAuthenticationSchemeProvider schemes,
    IOptions<AuthOptions> auth,
    RefusalLimit refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Chat";

    private static readonly string[] Own = [SchemeName, ApiKeyHandler.SchemeName, GuestHandler.SchemeName, BearerTokenDefaults.AuthenticationScheme];

    // What the handler of ASP.NET Core calls it.
    private const string Expired = "Token expired";

    /// <summary>Whether this program brings a scheme with it, rather than another issuer.</summary>
    public static bool IsOwn(string scheme) => Own.Contains(scheme);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var failures = new List<(string Scheme, string Why)>();
        foreach (var scheme in await schemes.GetAllSchemesAsync())
        {
            if (scheme.Name == SchemeName) continue;
            var result = await Context.AuthenticateAsync(scheme.Name);
            if (result.Succeeded) return Accept(scheme.Name, result);
            if (result.Failure is { } failure) failures.Add((scheme.Name, failure.Message));
        }

        return failures.Count == 0
            ? AuthenticateResult.Fail("there is no token: send it in Authorization, or for a socket in access_token or as the subprotocol bearer.TOKEN")
            : AuthenticateResult.Fail(string.Join("; ", OfItsKind(failures).Select(Explain).Distinct()));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        refusals.Count(Context);
        var result = await HandleAuthenticateOnceSafeAsync();
        // RFC 6750 §3. The scheme of ASP.NET Core has another name than the one of the header.
        Response.Headers.WWWAuthenticate = "Bearer";
        await Problems.WriteAsync(Context, new ChatException(ChatErrorCode.Unauthorized, result.Failure?.Message ?? "nobody knows who you are"));
    }

    // Of several schemes that refuse a token, the one that it is of knows why. This server's own are base64url, in one
    // part: what has a dot in it, as a JWT has two or four, is of another issuer; and what has expired can be read.
    private IEnumerable<(string Scheme, string Why)> OfItsKind(List<(string Scheme, string Why)> failures)
    {
        var own = failures.FindIndex(one => one.Scheme == BearerTokenDefaults.AuthenticationScheme);
        if (own < 0 || failures.Count == 1) return failures;
        if (failures[own].Why == Expired) return [failures[own]];
        return Request.Headers.Authorization.ToString().Contains('.', StringComparison.Ordinal)
            ? failures.Where((_, index) => index != own)
            : failures;
    }

    // The handler of ASP.NET Core says little, for it does not know who reads it.
    private static string Explain((string Scheme, string Why) failure) => failure switch
    {
        (BearerTokenDefaults.AuthenticationScheme, Expired) => "the token has expired",
        (BearerTokenDefaults.AuthenticationScheme, _) => "the token is none of this server's, or was changed or cut off on its way",
        _ => failure.Why,
    };

    private AuthenticateResult Accept(string scheme, AuthenticateResult result)
    {
        var proved = result.Principal!;
        // The name of the same claim in ASP.NET Core's older handlers.
        var named = proved.FindFirst(ChatClaims.User) ?? proved.FindFirst(ClaimTypes.NameIdentifier);
        if (!ChatId.TryParse(named?.Value, out var user))
            return AuthenticateResult.Fail($"the token names no user: sub {ChatId.Explain(named?.Value)}");
        if (!IsOwn(scheme) && !auth.Value.MayBeForeign(user))
            return AuthenticateResult.Fail($"sub has to begin with '{auth.Value.ForeignPrefix}' here (Auth:ForeignPrefix), and is '{user}'");
        List<Claim> claims = [new(ChatClaims.User, user)];
        // An application is who has its key, whatever another issuer may say.
        if (scheme == ApiKeyHandler.SchemeName) claims.AddRange(proved.FindAll(ChatClaims.Application));
        if (DisplayName.TryRead(proved.FindFirst(ChatClaims.Name)?.Value, out var name, out _) && name is not null)
            claims.Add(new Claim(ChatClaims.Name, name));
        if (ChatClaims.Time(proved, ChatClaims.IssuedAt) is { } issued) claims.Add(new Claim(ChatClaims.IssuedAt, ChatClaims.Of(issued)));
        if (Earlier(result.Properties?.ExpiresUtc, ChatClaims.Time(proved, ChatClaims.ExpiresAt)) is { } end)
            claims.Add(new Claim(ChatClaims.ExpiresAt, ChatClaims.Of(end)));
        foreach (var room in proved.FindAll(ChatClaims.Room))
        {
            // A limit that cannot be understood must not become none.
            if (!ChatId.TryParseRoom(room.Value, out var id)) return AuthenticateResult.Fail("the token is limited to a room that is not an id");
            claims.Add(new Claim(ChatClaims.Room, id));
        }

        if (IsAdministrator(proved, user)) claims.Add(new Claim(ChatClaims.Role, ChatClaims.Administrator));
        return AuthenticateResult.Success(new AuthenticationTicket(ChatClaims.Principal(SchemeName, claims), SchemeName));
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one < other ? one : other ?? one;

    private bool IsAdministrator(ClaimsPrincipal proved, string user) =>
        proved.HasClaim(ChatClaims.Role, ChatClaims.Administrator)
        || proved.HasClaim(ClaimTypes.Role, ChatClaims.Administrator)
        || auth.Value.Administrators.Contains(user, StringComparer.Ordinal);
}
