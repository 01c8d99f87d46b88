using System.Net;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// How fast an address may ask with tokens and keys that are worth nothing: as fast as it may connect. Whose they were
/// is not held to it, for they may have ended them for that very reason; nor is a good token, from wherever it comes.
/// </summary>
internal sealed partial class RefusalLimit(IOptions<ChatLimits> limits, TimeProvider clock, ILogger<RefusalLimit> logger)
{
    private readonly AddressBuckets _refused = new(AddressLimits.ConnectRate(limits.Value), clock);
    private readonly RareLine _line = new(TimeSpan.FromSeconds(10), clock);

    /// <summary>Counts a request that is refused for who asks.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: there were as many as there may be.</exception>
    public void Count(HttpContext context)
    {
        if (_line.IsDue(out var times)) LogRefused(logger, times, context.Connection.RemoteIpAddress);
        _refused.Take(context);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Requests refused for who asks, since the last line like this: {Times}; the last one came from {Address}")]
    private static partial void LogRefused(ILogger logger, int times, IPAddress? address);
}
