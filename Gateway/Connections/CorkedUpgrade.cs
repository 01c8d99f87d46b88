using Microsoft.AspNetCore.Http.Features;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Connections;

/// <summary>Puts a <see cref="CorkableStream"/> under each WebSocket that ASP.NET Core accepts after it.</summary>
internal sealed class CorkedUpgrade(IHttpUpgradeFeature inner, GatewayServices services) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    /// <summary>The stream, once the request was upgraded.</summary>
    public CorkableStream? Stream { get; private set; }

    public static Task UseAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new CorkedUpgrade(upgrade, context.RequestServices.GetRequiredService<GatewayServices>()));
        return next(context);
    }

    public async Task<Stream> UpgradeAsync() =>
        Stream = new CorkableStream(await inner.UpgradeAsync(), new FramePace(services.Limits, services.Clock));
}
