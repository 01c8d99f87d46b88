using System.Collections.Immutable;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// Issues the tokens that ASP.NET Core's bearer handler takes: a user's claims, encrypted and signed with the cluster's
/// data-protection keys. Every gateway of the cluster takes them, and none has to look anything up.
/// </summary>
internal sealed class ChatTokens(IOptionsMonitor<BearerTokenOptions> options, TimeProvider clock)
{
    /// <summary>Issues a token.</summary>
    /// <param name="user">Whose it is.</param>
    /// <param name="name">The display name, if one is to come along.</param>
    /// <param name="lifetime">For how long it is good.</param>
    /// <param name="rooms">The rooms that it is limited to; none for all.</param>
    /// <param name="tokensFrom">The user's earliest valid time of issue: a token is never older than the last revocation.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The keys cannot be had at the moment.</exception>
    public IssuedToken Issue(
        string user, string? name, TimeSpan lifetime, ImmutableArray<string>? rooms = null, DateTimeOffset? tokensFrom = null)
    {
        var now = clock.GetUtcNow();
        var issued = tokensFrom > now ? tokensFrom.Value : now;
        // The handler keeps the end in whole seconds.
        var end = DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds());
        List<Claim> claims = [new(ChatClaims.User, user), new(ChatClaims.IssuedAt, ChatClaims.Of(issued))];
        if (name is not null) claims.Add(new Claim(ChatClaims.Name, name));
        claims.AddRange((rooms ?? []).Select(room => new Claim(ChatClaims.Room, room)));
        var ticket = new AuthenticationTicket(
            ChatClaims.Principal(BearerTokenDefaults.AuthenticationScheme, claims),
            new AuthenticationProperties { ExpiresUtc = end },
            $"{BearerTokenDefaults.AuthenticationScheme}:AccessToken");
        var token = options.Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenProtector.Protect(ticket);
        return new IssuedToken(token, issued, end, end - now);
    }
}

/// <summary>A token that was just issued.</summary>
/// <param name="Token">The token.</param>
/// <param name="IssuedAt">When it says that it was issued: whatever ends tokens after that ends it.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Lifetime">How long that is from now.</param>
internal sealed record IssuedToken(string Token, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, TimeSpan Lifetime);
