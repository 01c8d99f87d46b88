using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Limits;

/// <summary>What the web server takes from somebody who has not said yet what they want.</summary>
internal static class WebServerLimits
{
    /// <summary>How many connections may be open that are not, or not yet, a WebSocket.</summary>
    public const int Waiting = 20_000;

    /// <summary>How many of them one address may have, unless it is a trusted proxy's.</summary>
    public const int WaitingPerAddress = Waiting / 10;

    private const int UnreadBytes = 64 * 1024;

    // Over the limit of the chat itself, whoever comes is told so in a goodbye: these are on their way to it.
    private const int UpgradedAbove = 1_000;

    /// <summary>Sets them.</summary>
    public static void AddWebServerLimits(this IServiceCollection services)
    {
        services.AddSingleton<AddressPatience>();
        services.AddSingleton<ConnectionGate>();
        // The web server takes the last one that can bind an address.
        services.AddSingleton<IConnectionListenerFactory, Door>();
        services.Configure<SocketTransportOptions>(static sockets => sockets.CreateBoundListenSocket = Listen);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ChatLimits>, ConnectionGate>(Set);
    }

    // What the system takes in for a client that is not read at the moment, for it floods: Linux would take megabytes.
    private static Socket Listen(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is IPEndPoint) socket.ReceiveBufferSize = UnreadBytes;
        return socket;
    }

    private static void Set(KestrelServerOptions server, IOptions<ChatLimits> chat, ConnectionGate gate)
    {
        var limits = server.Limits;
        // Connections that never ask for anything take none of the places of those that chat: the two are counted
        // apart, and one that has become a WebSocket moves from the first count to the second.
        limits.MaxConcurrentConnections = Waiting;
        limits.MaxConcurrentUpgradedConnections = chat.Value.Connections + UpgradedAbove;

        // The slow handshake (slowloris): all headers within this time from the first byte, or from the connection.
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        // Between two requests; longer than the 60 seconds for which nginx keeps one, or it would send into a close.
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);

        // A browser sends about 20 headers, proxies add some. The line holds an address with a token and fifty rooms.
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestLineSize = 16 * 1024;

        // The largest request of the HTTP API is a message with its data, sent to many rooms.
        limits.MaxRequestBodySize = 256 * 1024;
        // Bodies and responses that trickle: SocketEndpoint lifts both for a WebSocket, which has its own pings.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

        server.AddServerHeader = false;
        server.ConfigureHttpsDefaults(static https => https.HandshakeTimeout = TimeSpan.FromSeconds(10));
        server.ConfigureEndpointDefaults(listen =>
        {
            // HTTP/2 would bring nothing here (a WebSocket is an upgrade of HTTP/1.1, and a proxy speaks HTTP/2 with
            // browsers), and floods of streams, resets and continuations with it.
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(gate.Guard);
        });
    }
}
