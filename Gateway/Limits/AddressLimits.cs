using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using OrleansChat.Limits;

namespace OrleansChat.Gateway.Limits;

/// <summary>How fast one address may connect, log in, and ask for what is told to anybody: ASP.NET Core's rate limiter.</summary>
/// <remarks>
/// A limiter for each address would let whoever has many addresses (a /48 of IPv6 has 65,536 networks) fill the memory.
/// So addresses share <see cref="Buckets"/> limiters, by a hash that is another one in each process. With the default
/// settings all of them together let 1.6 million connects a second through before two who share one would
/// notice each other, which is more than a gateway can take anyway.
/// </remarks>
internal static class AddressLimits
{
    /// <summary>The policy for upgrades to WebSockets, and for new tokens to do it with.</summary>
    public const string Connect = "connect";

    /// <summary>The policy for logging in, and for whatever else a password is tried at.</summary>
    public const string Accounts = "accounts";

    /// <summary>What there was of an address that is refused for its haste.</summary>
    public const string TooManyRequests = "too many requests from this address";

    /// <summary>How many limiters there are of each policy, at most.</summary>
    public const int Buckets = 1 << 14;

    /// <summary>Adds the limiter; endpoints choose their policy with <c>RequireRateLimiting</c>.</summary>
    public static void AddAddressLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(static options => options.OnRejected = static (refused, _) => RefuseAsync(refused));
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<ChatLimits>>(static (options, limits) =>
        {
            options.AddPolicy(Connect, ConnectRate(limits.Value));
            options.AddPolicy(Accounts, LoginRate(limits.Value));
            options.GlobalLimiter = Anonymous(AnonymousRate(limits.Value));
        });
    }

    /// <summary>The limiter of an address under a rate.</summary>
    public static RateLimitPartition<int> Partition(ClientAddress address, TokenRate rate) => RateLimitPartition.GetTokenBucketLimiter(
        address.Bucket,
        _ => new TokenBucketRateLimiterOptions
        {
            ReplenishmentPeriod = rate.Interval,
            TokensPerPeriod = 1,
            TokenLimit = rate.Burst,
        });

    /// <summary>What asks nobody for who they are has the limit of no user, and that of no policy.</summary>
    private static PartitionedRateLimiter<HttpContext> Anonymous(TokenRate rate) => PartitionedRateLimiter.Create<HttpContext, int>(
        context => IsCountedElsewhere(context.GetEndpoint()) ? RateLimitPartition.GetNoLimiter(Buckets) : Partition(ClientAddress.Of(context), rate));

    private static bool IsCountedElsewhere(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<EnableRateLimitingAttribute>() is not null
        || endpoint?.Metadata.GetMetadata<IAuthorizeData>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

    public static TokenRate ConnectRate(ChatLimits limits) =>
        TokenRate.PerSecond(limits.ConnectsPerSecondPerAddress, limits.ConnectBurstPerAddress);

    private static TokenRate LoginRate(ChatLimits limits) =>
        new(TimeSpan.FromMinutes(1) / limits.LoginsPerMinutePerAddress, limits.LoginBurstPerAddress);

    private static TokenRate AnonymousRate(ChatLimits limits) =>
        TokenRate.PerSecond(limits.RequestsPerSecondPerAddress, limits.RequestBurstPerAddress);

    private static void AddPolicy(this RateLimiterOptions options, string name, TokenRate rate) =>
        options.AddPolicy(name, context => Partition(ClientAddress.Of(context), rate));

    private static ValueTask RefuseAsync(OnRejectedContext refused)
    {
        var wait = refused.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        return new ValueTask(RefuseAsync(refused.HttpContext, TooManyRequests, wait));
    }

    /// <summary>The refusal of a request for a limit of its address, which is held against it.</summary>
    public static ChatException Refuse(HttpContext context, string why, TimeSpan wait)
    {
        ConnectionGate.Refused(context);
        return new ChatException(ChatErrorCode.RateLimited, why) { RetryAfter = wait };
    }

    /// <summary>Answers with 429. Under <c>/api</c> it is a problem like any other, and whoever answers those does it.</summary>
    /// <exception cref="ChatException">It is under <c>/api</c>.</exception>
    public static Task RefuseAsync(HttpContext context, string why, TimeSpan wait)
    {
        var refusal = Refuse(context, why, wait);
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)) throw refusal;
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return context.Response.WriteAsync($"There are {why}.\n");
    }
}
