using Microsoft.AspNetCore.Authentication;

namespace OrleansChat.Gateway.Authentication;

/// <summary>Reads a token that did not come with a request of its own, but in a frame of a connection.</summary>
internal sealed class TokenReader(IServiceScopeFactory scopes)
{
    /// <summary>Finds out whose token it is, with the very schemes that read it in a request.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unauthorized"/>: nobody's, and why.</exception>
    public async Task<Caller> ReadAsync(string token)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Headers.Authorization = $"Bearer {token}";
        var result = await context.AuthenticateAsync();
        return result.Succeeded
            ? Caller.Of(result.Principal)
            : throw new ChatException(ChatErrorCode.Unauthorized, result.Failure?.Message ?? "the token is not valid", "token");
    }
}
