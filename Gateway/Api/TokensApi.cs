using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api.Answers;
using OrleansChat.Gateway.Api.Requests;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api;

/// <summary><c>/api/tokens</c>: tokens for the users of an application, which proves with its key that it may ask.</summary>
internal static class TokensApi
{
    public static void MapTokens(this RouteGroupBuilder api, AuthModes modes)
    {
        if (!modes.HasFlag(AuthModes.Tokens)) return;
        api.MapPost("/tokens", IssueAsync)
            .RequireAuthorization(AuthenticationSetup.Applications)
            .WithTags("Tokens")
            .WithSummary("A token for a user, for an application to hand to its client. For applications, with their API key.");
    }

    // Suspended users get none; and one that is issued right after a revocation is not taken for an older one.
    private static async Task<ApplicationToken> IssueAsync(Body<TokenToIssue> body, ChatTokens tokens, GatewayServices services, IOptions<AuthOptions> auth)
    {
        var wanted = await body.ReadAsync(TokenToIssue.Read);
        if (!auth.Value.MayBeForeign(wanted.User))
            throw FieldRules.Bad("user", $"user has to begin with '{auth.Value.ForeignPrefix}' here (Auth:ForeignPrefix), and is '{wanted.User}', which could be somebody's account");
        var access = await services.User(wanted.User).Admit(issuedAt: null);
        var issued = tokens.Issue(wanted.User, wanted.Name, TimeSpan.FromSeconds(wanted.Ttl), wanted.Rooms, access.TokensFrom);
        return new ApplicationToken(wanted.User, issued.Token, (long)issued.Lifetime.TotalSeconds, issued.ExpiresAt);
    }
}
