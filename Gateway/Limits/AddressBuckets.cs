using OrleansChat.Limits;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Token buckets of addresses, for what is counted in the midst of a request and not before it. Addresses share
/// <see cref="AddressLimits.Buckets"/> of them, as with the <see cref="AddressLimits"/>.
/// </summary>
/// <param name="rate">How fast an address may.</param>
/// <param name="clock">The time.</param>
internal sealed class AddressBuckets(TokenRate rate, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly TokenBucket?[] _buckets = new TokenBucket?[AddressLimits.Buckets];

    /// <summary>Counts one of the request's address.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: there were as many as there may be.</exception>
    public void Take(HttpContext context)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var bucket = _buckets[ClientAddress.Of(context).Bucket] ??= new TokenBucket(rate, clock);
            if (bucket.TryTake(out wait)) return;
        }

        throw AddressLimits.Refuse(context, AddressLimits.TooManyRequests, wait);
    }

    /// <summary>Gives one back.</summary>
    public void Return(ClientAddress address)
    {
        lock (_lock) _buckets[address.Bucket]?.Return();
    }
}
