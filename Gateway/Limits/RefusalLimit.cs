using Microsoft.Extensions.Options;
using OrleansChat.Limits;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// How fast an address may ask with tokens and keys that are worth nothing: as fast as it may connect. Whose they were
/// is not held to it, for they may have ended them for that very reason; nor is a good token, from wherever it comes.
/// </summary>
internal sealed class RefusalLimit(IOptions<ChatLimits> limits, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly TokenBucket?[] _buckets = new TokenBucket?[AddressLimits.Buckets];
    private readonly TokenRate _rate = AddressLimits.ConnectRate(limits.Value);

    /// <summary>Counts a request that is refused for who asks.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: there were as many as there may be.</exception>
    public void Count(HttpContext context)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var bucket = _buckets[ClientAddress.Of(context).Bucket] ??= new TokenBucket(_rate, clock);
            if (bucket.TryTake(out wait)) return;
        }

        throw AddressLimits.Refuse(context, AddressLimits.TooManyRequests, wait);
    }
}
