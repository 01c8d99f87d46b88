using System.Globalization;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Api;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// Which pages may open a socket or change anything. A browser lets any page try, and says in <c>Origin</c> which one it
/// is (RFC 6455 §10.2, RFC 6454 §7): the gateway's own, and those that <c>Auth:AllowedOrigins</c> names. Who sends no
/// origin is no browser. What only reads needs no check: the browser keeps the answer from the page (CORS).
/// </summary>
internal sealed class Origins(IOptions<AuthOptions> auth)
{
    private const string Any = "*";

    /// <summary>Whether a setting is an origin (RFC 6454 §6.2), or stands for all.</summary>
    public static bool IsOrigin(string text) => text == Any
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.PathAndQuery == "/" && !text.EndsWith('/') && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0);

    /// <summary>
    /// An origin as browsers write it in a request (RFC 6454 §6.1): in lower case, other letters than ASCII's as
    /// Punycode, and without the port that goes without saying.
    /// </summary>
    public static string Normalize(string text)
    {
        if (text == Any || !IsOrigin(text)) return text;
        var uri = new Uri(text, UriKind.Absolute);
        var host = uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost.ToLowerInvariant() : uri.Host;
        return uri.IsDefaultPort ? $"{uri.Scheme}://{host}" : string.Create(CultureInfo.InvariantCulture, $"{uri.Scheme}://{host}:{uri.Port}");
    }

    /// <summary>Refuses what other pages ask for.</summary>
    public static async Task UseAsync(HttpContext context, RequestDelegate next)
    {
        var origins = context.RequestServices.GetRequiredService<Origins>();
        if (origins.Allows(context.Request) || (IsRead(context.Request.Method) && !SocketAddress.Is(context)))
        {
            await next(context);
            return;
        }

        await Problems.WriteAsync(context, new ChatException(
            ChatErrorCode.Forbidden, "pages of this origin may not connect here; Auth:AllowedOrigins names those that may", "Origin"));
    }

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

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
