using Microsoft.AspNetCore.Http.Features;

namespace OrleansChat.Gateway.Connections;

/// <summary>Puts a <see cref="CorkableStream"/> under each WebSocket that ASP.NET Core accepts after it.</summary>
internal sealed class CorkedUpgrade(IHttpUpgradeFeature inner) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    /// <summary>The stream, once the request was upgraded.</summary>
    public CorkableStream? Stream { get; private set; }

    public static Task UseAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new CorkedUpgrade(upgrade));
        return next(context);
    }

    public async Task<Stream> UpgradeAsync() => Stream = new CorkableStream(await inner.UpgradeAsync());
}
