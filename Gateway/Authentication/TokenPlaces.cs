using Microsoft.Extensions.Primitives;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// Takes a socket's token from where a browser can put it (RFC 6750 §2.3: <c>access_token</c>; the subprotocol
/// <c>bearer.TOKEN</c>, as Kubernetes does) to where every scheme looks for it, the header <c>Authorization</c>, and
/// leaves no trace in the places where logs and answers would repeat it. There the name of the scheme is brought into the
/// one case that every handler takes: it may be in any (RFC 9110 §11.1).
/// </summary>
internal static class TokenPlaces
{
    private const string SubProtocolPrefix = "bearer.";
    private const string Scheme = "Bearer ";
    private const string QueryField = "access_token";

    /// <summary>Whether a request brings a proof of this scheme, be it good or not.</summary>
    public static bool Brings(HttpRequest request, string scheme) =>
        request.Headers.Authorization.ToString().Split(' ', 2)[0].Equals(scheme, StringComparison.OrdinalIgnoreCase);

    public static Task UseAsync(HttpContext context, RequestDelegate next)
    {
        if (SocketAddress.Is(context))
        {
            var headers = context.Request.Headers;
            var (subProtocol, query) = (TakeSubProtocol(headers), TakeQuery(context.Request));
            if ((subProtocol ?? query) is { Length: > 0 } token && StringValues.IsNullOrEmpty(headers.Authorization))
                headers.Authorization = Scheme + token;
        }

        if (context.Request.Headers.Authorization is [{ } proof] && proof.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            context.Request.Headers.Authorization = Scheme + proof[Scheme.Length..].TrimStart(' ');

        return next(context);
    }

    private static string? TakeSubProtocol(IHeaderDictionary headers)
    {
        if (StringValues.IsNullOrEmpty(headers.SecWebSocketProtocol)) return null;
        var offered = headers.GetCommaSeparatedValues("Sec-WebSocket-Protocol");
        var token = offered.FirstOrDefault(IsToken)?[SubProtocolPrefix.Length..];
        if (token is null) return null;
        headers.SecWebSocketProtocol = string.Join(", ", offered.Where(one => !IsToken(one)));
        return token;
    }

    private static string? TakeQuery(HttpRequest request)
    {
        if (!request.Query.TryGetValue(QueryField, out var token)) return null;
        request.QueryString = QueryString.Create(request.Query.Where(pair => pair.Key != QueryField));
        return token.FirstOrDefault();
    }

    private static bool IsToken(string offered) => offered.StartsWith(SubProtocolPrefix, StringComparison.Ordinal);
}
