using System.Net;
using Microsoft.AspNetCore.Connections;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Looks at each connection before TLS or anything else is done for it. No address may have more than a part of those
/// that have not become a WebSocket: one machine cannot take all the places by opening connections and saying
/// nothing. And who has asked for nothing within <see cref="Patience"/> is cut off: the web server itself gives a
/// silent newcomer as long as somebody who may have another request.
/// </summary>
/// <remarks>Trusted proxies keep as many connections as they like, for as long as they like.</remarks>
internal sealed class ConnectionGate(TrustedProxies proxies, TimeProvider clock)
{
    /// <summary>Both handshakes, each within its own limit.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AddressTable _waiting = new(WebServerLimits.WaitingPerAddress);

    /// <summary>A part of the connection's pipeline.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (address is null || proxies.Contains(address))
        {
            await next(connection);
            return;
        }

        var client = ClientAddress.Of(address);
        if (!_waiting.TryEnter(client))
        {
            connection.Abort(new ConnectionAbortedException("too many connections from this address"));
            return;
        }

        var place = new Place(_waiting, client);
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

    private static void CutOffUnlessHeard(ConnectionContext connection, Place place)
    {
        if (!place.IsHeard) connection.Abort(new ConnectionAbortedException("nothing was asked for"));
    }

    private sealed class Place(AddressTable table, ClientAddress address)
    {
        private int _left;

        public volatile bool IsHeard;

        public void Leave()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) table.Leave(address);
        }
    }
}
