using System.Security.Claims;

namespace OrleansChat.Gateway.Authentication;

/// <summary>Who is behind a connection or a request, as authentication found out.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Name">The display name, if one came along.</param>
/// <param name="IsAdministrator">Whether no room's roles bind them.</param>
/// <param name="IssuedAt">When the proof was issued; none for guests and API keys, whose proof is of no time.</param>
/// <param name="ExpiresAt">When the proof ends, if it does.</param>
/// <param name="Scope">The rooms that it is good for.</param>
internal sealed record Caller(
    string User, string? Name, bool IsAdministrator, DateTimeOffset? IssuedAt, DateTimeOffset? ExpiresAt, TokenScope Scope)
{
    /// <summary>The caller as grains know them.</summary>
    public Actor Actor => new(User, IsAdministrator);

    /// <summary>Whether an application asks, with its own key: for many users, and as often as it needs to.</summary>
    public bool IsApplication { get; private init; }

    /// <summary>Reads what <see cref="ChatAuthentication"/> has put together.</summary>
    public static Caller Of(ClaimsPrincipal principal)
    {
        var rooms = principal.FindAll(ChatClaims.Room).Select(claim => claim.Value).ToList();
        return new Caller(
            principal.FindFirst(ChatClaims.User)!.Value,
            principal.FindFirst(ChatClaims.Name)?.Value,
            principal.IsInRole(ChatClaims.Administrator),
            ChatClaims.Time(principal, ChatClaims.IssuedAt),
            ChatClaims.Time(principal, ChatClaims.ExpiresAt),
            rooms.Count == 0 ? TokenScope.All : TokenScope.Of(rooms))
        {
            IsApplication = principal.HasClaim(static claim => claim.Type == ChatClaims.Application),
        };
    }

    /// <summary>A handler's parameter: who makes the request. The endpoint must require authorization.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.User.Identity?.IsAuthenticated == true ? Of(context.User) : null);
}
