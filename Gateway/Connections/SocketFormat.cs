using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Gateway.Connections;

/// <summary>A way to speak to clients over a WebSocket.</summary>
internal abstract class SocketFormat
{
    /// <summary>
    /// The subprotocol to agree to when a client offers it. Who offers a token as another one cannot do without: browsers
    /// take no answer that agrees to none of what they offered (RFC 6455, section 4.1).
    /// </summary>
    public abstract string SubProtocol { get; }

    /// <summary>The last frame of a connection that ends for this reason.</summary>
    public abstract ReadOnlyMemory<byte>? Goodbye(CloseReason reason);

    /// <summary>A command line that works, for somebody who came without a WebSocket.</summary>
    public abstract string Example(HttpRequest request);

    /// <summary>A connection that speaks this format.</summary>
    public abstract Connection Connect(HttpContext context, ClientSocket socket, Caller caller, GatewayServices services);
}
