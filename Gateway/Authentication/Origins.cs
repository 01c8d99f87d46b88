using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// Which pages may open a socket. A browser lets any page try, and says in <c>Origin</c> which one it is (RFC 6455
/// §10.2): the gateway's own, and those that <c>Auth:AllowedOrigins</c> names. Who sends no origin is no browser.
/// </summary>
internal sealed class Origins(IOptions<AuthOptions> auth)
{
    private const string Any = "*";

    /// <summary>Whether a setting is an origin (RFC 6454 §6.2), or stands for all.</summary>
    public static bool IsOrigin(string text) => text == Any
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.PathAndQuery == "/" && !text.EndsWith('/') && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0);

    /// <summary>Refuses upgrades of other pages.</summary>
    public static async Task UseAsync(HttpContext context, RequestDelegate next)
    {
        var origins = context.RequestServices.GetRequiredService<Origins>();
        if (!SocketAddress.Is(context) || origins.Allows(context.Request))
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        await context.Response.WriteAsync("This page's origin may not connect here: Auth:AllowedOrigins.\n");
    }

    private bool Allows(HttpRequest request)
    {
        if (request.Headers.Origin.FirstOrDefault() is not { } origin) return true;
        return IsOwn(origin, request) || auth.Value.AllowedOrigins.Any(allowed => IsSame(allowed, origin));
    }

    // Behind a proxy that ends TLS the request may look like http; a page over http has no business with one over https.
    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && (page.Scheme == "https" || (page.Scheme == "http" && !request.IsHttps))
        && string.Equals(page.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase)
        && page.Port == (request.Host.Port ?? (page.Scheme == "https" ? 443 : 80));

    private static bool IsSame(string allowed, string origin) =>
        allowed == Any || string.Equals(allowed, origin, StringComparison.OrdinalIgnoreCase);
}
