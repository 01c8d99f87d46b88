using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// How fast an address may ask with tokens and keys that are worth nothing: as fast as it may connect. Whose they were
/// is not held to it, for they may have ended them for that very reason; nor is a good token, from wherever it comes.
/// </summary>
internal sealed class RefusalLimit(IOptions<ChatLimits> limits, TimeProvider clock)
{
    private readonly AddressBuckets _refused = new(AddressLimits.ConnectRate(limits.Value), clock);

    /// <summary>Counts a request that is refused for who asks.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: there were as many as there may be.</exception>
    public void Count(HttpContext context) => _refused.Take(context);
}
