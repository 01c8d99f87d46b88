using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// Who somebody says they are: <c>?user=alice</c>, or <c>/ws/alice</c>. In guest mode that is believed; but not of who
/// brings a key or a token, for then it is that which says who they are, and if it is wrong, they are not let in as less.
/// </summary>
internal sealed class GuestHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Guest";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Not any Authorization: a proxy in front may have its own, such as Basic.
        if (TokenPlaces.Brings(Request, ApiKeyHandler.SchemeName)) return Task.FromResult(AuthenticateResult.NoResult());
        if (TokenPlaces.Brings(Request, "Bearer")) return Refuse("this server is in guest mode and takes no tokens: leave them out");
        var user = SocketAddress.UserOf(Context);
        if (string.IsNullOrEmpty(user))
            return Refuse(SocketAddress.Is(Context) ? "user is missing: connect to /ws?user=alice" : "user is missing: add ?user=alice to the address");
        if (!ChatId.TryParse(user, out var id))
            return Refuse($"user {ChatId.Explain(user)}");
        if (!DisplayName.TryRead(Request.Query["name"], out var name, out var wrong)) return Refuse(wrong);
        List<Claim> claims = [new(ChatClaims.User, id)];
        if (name is not null) claims.Add(new Claim(ChatClaims.Name, name));
        return Task.FromResult(AuthenticateResult.Success(
            new AuthenticationTicket(ChatClaims.Principal(SchemeName, claims), SchemeName)));
    }

    private static Task<AuthenticateResult> Refuse(string wrong) => Task.FromResult(AuthenticateResult.Fail(wrong));
}
