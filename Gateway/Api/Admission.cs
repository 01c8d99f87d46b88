using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Api;

/// <summary>
/// Lets a request in as its user's grain says: not with a revoked token, not while the user is suspended, and not more
/// often than the user may send commands.
/// </summary>
internal sealed class Admission(GatewayServices services, SiloConnection silos) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!silos.IsMade) throw new ChatException(ChatErrorCode.Unavailable, "there is no silo yet");
        var caller = Caller.Of(context.HttpContext.User);
        // Counted first: a flood is refused here, and not by the grain.
        await services.Allowances.CountAsync(caller);
        await services.User(caller.User).Admit(caller.IssuedAt);
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return await next(context);
    }
}
