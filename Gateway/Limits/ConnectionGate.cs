using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Looks at each connection before TLS or anything else is done for it. No address may have more than a part of those
/// that have not become a WebSocket: one machine cannot take all the places by opening connections and saying
/// nothing. And who has asked for nothing within <see cref="Patience"/> is cut off: the web server itself gives a
/// silent newcomer as long as somebody who may have another request.
/// </summary>
/// <remarks>
/// An address that is refused again and again, or asks for nothing again and again, uses up its
/// <see cref="AddressPatience"/>: then the <see cref="Door"/> is shut to it. Trusted proxies keep as many connections as
/// they like, for as long as they like, and what their clients do is not held against them.
/// </remarks>
internal sealed partial class ConnectionGate(
    TrustedProxies proxies, AddressPatience patience, TimeProvider clock, ILogger<ConnectionGate> logger)
{
    /// <summary>Both handshakes, each within its own limit.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AddressTable _waiting = new(WebServerLimits.WaitingPerAddress);
    private readonly RareLine _turnedAway = new(TimeSpan.FromSeconds(10), clock);

    /// <summary>Whether somebody may come in at all.</summary>
    public bool IsOpenTo(EndPoint? from)
    {
        if (!IsLimited(from, out var address) || !patience.IsOut(ClientAddress.Of(address))) return true;
        if (_turnedAway.IsDue(out var times)) LogTurnedAway(logger, times, address);
        return false;
    }

    /// <summary>A part of the connection's pipeline.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        if (!IsLimited(connection.RemoteEndPoint, out var address))
        {
            await next(connection);
            return;
        }

        var place = new Place(_waiting, patience, ClientAddress.Of(address));
        if (!place.TryEnter())
        {
            connection.Abort(new ConnectionAbortedException("too many connections from this address"));
            return;
        }

        connection.Features.Set(place);
        try
        {
            await using var timer = clock.CreateTimer(
                _ => CutOffUnlessHeard(connection, place), state: null, Patience, Timeout.InfiniteTimeSpan);
            await next(connection);
        }
        finally
        {
            place.Leave();
            if (!place.IsHeard) place.Spend();
        }
    };

    /// <summary>A part of the request's pipeline: there is a request on this connection.</summary>
    public static Task HearAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<Place>() is { } place) place.IsHeard = true;
        return next(context);
    }

    /// <summary>The connection of this request is a WebSocket from now on.</summary>
    public static void Upgraded(HttpContext context) => context.Features.Get<Place>()?.Leave();

    /// <summary>
    /// This request is refused for a limit of its address. Who is refused too often is not answered on this connection
    /// again, and meets the door with the next.
    /// </summary>
    public static void Refused(HttpContext context)
    {
        if (context.Features.Get<Place>()?.Spend() == false) context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    private static void CutOffUnlessHeard(ConnectionContext connection, Place place)
    {
        if (!place.IsHeard) connection.Abort(new ConnectionAbortedException("nothing was asked for"));
    }

    private bool IsLimited(EndPoint? from, [NotNullWhen(true)] out IPAddress? address)
    {
        address = (from as IPEndPoint)?.Address;
        return address is not null && !proxies.Contains(address);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Times} connections were reset unread, for their addresses come too often; the last from {Address}. If that is a proxy, name it in Chat:TrustedProxies")]
    private static partial void LogTurnedAway(ILogger logger, int times, IPAddress address);

    private sealed class Place(AddressTable table, AddressPatience patience, ClientAddress address)
    {
        private int _left;

        public volatile bool IsHeard;

        public bool TryEnter()
        {
            if (table.TryEnter(address)) return true;
            patience.Spend(address);
            return false;
        }

        /// <returns>Whether the address has some patience left.</returns>
        public bool Spend()
        {
            patience.Spend(address);
            return !patience.IsOut(address);
        }

        public void Leave()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) table.Leave(address);
        }
    }
}
