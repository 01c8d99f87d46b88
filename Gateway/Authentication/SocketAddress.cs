using Microsoft.AspNetCore.Authentication;

namespace OrleansChat.Gateway.Authentication;

/// <summary>What the addresses of the socket endpoints say: <c>/ws?user=alice</c> and <c>/ws/alice</c>.</summary>
internal static class SocketAddress
{
    public const string Json = "/ws";

    public const string Text = "/ws/{user}";

    /// <summary>Whether the request goes to one of them, in whatever case: routing does not tell <c>/WS</c> from <c>/ws</c>.</summary>
    public static bool Is(HttpContext context) => context.Request.Path.StartsWithSegments(Json, StringComparison.OrdinalIgnoreCase);

    /// <summary>The user whom the address names, if it names one.</summary>
    public static string UserOf(HttpContext context) => Is(context) && context.GetRouteValue("user") is string named
        ? named
        : context.Request.Query["user"].ToString();

    /// <summary>Finds out who connects: whom the token names, and the address too if it names anybody.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Who it is; or nobody, and why for a developer.</returns>
    public static async Task<(Caller? Caller, string Wrong)> FindCallerAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync();
        if (!result.Succeeded) return (null, result.Failure?.Message ?? "nobody knows who you are");
        var caller = Caller.Of(result.Principal);
        var named = UserOf(context);
        return string.IsNullOrEmpty(named) || (ChatId.TryParse(named, out var id) && id == caller.User)
            ? (caller, "")
            : (null, $"the token is {caller.User}'s, and the address names another user");
    }
}
