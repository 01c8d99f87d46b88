using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;
using OrleansChat.Accounts;
using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// The tokens with which others are asked for, each once. They carry the account's stamp, and are good for as long as the
/// account has that one: another password ends them, and so does a log-out everywhere; and the ticket of their log-in.
/// </summary>
internal sealed class RefreshTokens(IOptionsMonitor<BearerTokenOptions> bearer, IOptions<AuthOptions> auth, TimeProvider clock)
{
    private const string Stamp = "stamp";
    private const string Session = "session";
    private const string Number = "number";

    private ISecureDataFormat<AuthenticationTicket> Protector => bearer.Get(BearerTokenDefaults.AuthenticationScheme).RefreshTokenProtector;

    /// <summary>For how long one is good.</summary>
    public TimeSpan Lifetime => TimeSpan.FromDays(auth.Value.RefreshDays);

    /// <summary>Issues one.</summary>
    /// <param name="user">Whose it is.</param>
    /// <param name="stamp">The account's stamp.</param>
    /// <param name="ticket">What it is good for.</param>
    /// <param name="issuedAt">When the access token was issued that it goes with.</param>
    public string Issue(string user, string stamp, SessionTicket ticket, DateTimeOffset issuedAt)
    {
        Claim[] claims =
        [
            new(ChatClaims.User, user),
            new(ChatClaims.IssuedAt, ChatClaims.Of(issuedAt)),
            new(Stamp, stamp),
            new(Session, ticket.Session.ToString("N")),
            new(Number, ticket.Number.ToString(CultureInfo.InvariantCulture)),
        ];
        return Protector.Protect(new AuthenticationTicket(
            ChatClaims.Principal(BearerTokenDefaults.AuthenticationScheme, claims),
            new AuthenticationProperties { ExpiresUtc = clock.GetUtcNow() + Lifetime },
            $"{BearerTokenDefaults.AuthenticationScheme}:RefreshToken"));
    }

    /// <summary>Reads one. Whether the account still has its stamp, and its ticket is good, is not said.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unauthorized"/>: it is none, or has ended.</exception>
    public RefreshToken Read(string text)
    {
        if (Protector.Unprotect(text) is not { } ticket
            || ticket.Principal.FindFirst(ChatClaims.User)?.Value is not { } user
            || ticket.Principal.FindFirst(Stamp)?.Value is not { } stamp
            || !Guid.TryParseExact(ticket.Principal.FindFirst(Session)?.Value, "N", out var session)
            || !long.TryParse(ticket.Principal.FindFirst(Number)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new ChatException(ChatErrorCode.Unauthorized, "the refresh token is none of this server's; log in again", "refreshToken");
        }

        if (!(ticket.Properties.ExpiresUtc > clock.GetUtcNow()))
            throw new ChatException(ChatErrorCode.Unauthorized, "the refresh token has expired; log in again", "refreshToken");
        return new RefreshToken(user, stamp, new SessionTicket(session, number), ChatClaims.Time(ticket.Principal, ChatClaims.IssuedAt));
    }
}

/// <summary>What a refresh token says.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Stamp">The account's stamp when it was issued.</param>
/// <param name="Ticket">What it is good for.</param>
/// <param name="IssuedAt">When it was issued.</param>
internal sealed record RefreshToken(string User, string Stamp, SessionTicket Ticket, DateTimeOffset? IssuedAt);
