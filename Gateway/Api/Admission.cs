using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Api;

/// <summary>
/// Lets a request in as its user's grain says: not with a revoked token, not while the user is suspended, and not more
/// often than the user may send commands.
/// </summary>
internal sealed class Admission(GatewayServices services, SiloConnection silos, RefusalLimit refusals) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!silos.IsMade) throw new ChatException(ChatErrorCode.Unavailable, "there is no silo yet");
        var caller = Caller.Of(context.HttpContext.User);
        // A flood is refused here, and not by the grain.
        services.Allowances.Check(caller);
        await AdmitAsync(context.HttpContext, caller);
        // Not before: whoever has a token that its user has ended would use up what the user may send.
        await services.Allowances.CountAsync(caller);
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return await next(context);
    }

    private async Task AdmitAsync(HttpContext context, Caller caller)
    {
        try
        {
            await services.User(caller.User).Admit(caller.IssuedAt);
        }
        catch (ChatException refusal) when (refusal.Code is ChatErrorCode.Unauthorized or ChatErrorCode.Suspended)
        {
            refusals.Count(context);
            throw;
        }
    }
}
