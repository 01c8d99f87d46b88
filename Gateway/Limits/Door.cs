using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Where connections come in. Who is shut out by the <see cref="ConnectionGate"/> is reset here, when the system has
/// handed over the socket and before anything is made for it: no connection of the web server, no TLS, no request, no
/// answer; and one after the other, so that a flood never has more than one processor.
/// </summary>
/// <remarks>
/// The web server's own transport makes a connection of each socket, with its loops, before anybody can look at it: in a
/// flood that is most of the cost. This is that transport otherwise, with its options. Local sockets have no address, and
/// come in by the web server's own.
/// </remarks>
internal sealed class Door(
    IOptions<SocketTransportOptions> options, ConnectionGate gate, TimeProvider clock, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    // The web server's own name: what an operator has set for its log goes on to hold.
    private readonly ILogger _logger = loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets");

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            var socket = options.Value.CreateBoundListenSocket(endpoint);
            socket.Listen(options.Value.Backlog);
            return ValueTask.FromResult<IConnectionListener>(new Listener(socket, MakeConnections(), options.Value.NoDelay, gate, clock));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(error.Message, error);
        }
    }

    private SocketConnectionContextFactory MakeConnections() => new(
        new SocketConnectionFactoryOptions
        {
            IOQueueCount = options.Value.IOQueueCount,
            MaxReadBufferSize = options.Value.MaxReadBufferSize,
            MaxWriteBufferSize = options.Value.MaxWriteBufferSize,
            UnsafePreferInlineScheduling = options.Value.UnsafePreferInlineScheduling,
            WaitForDataBeforeAllocatingBuffer = options.Value.WaitForDataBeforeAllocatingBuffer,
        },
        _logger);

    private sealed class Listener(
        Socket listening, SocketConnectionContextFactory connections, bool noDelay, ConnectionGate gate, TimeProvider clock)
        : IConnectionListener
    {
        // The system has the next one ready in a flood: without this the loop would never let others have its thread.
        private const int TurnedAwayAtOnce = 16;

        // Asking again at once would take a processor until somebody goes.
        private static readonly TimeSpan Shortage = TimeSpan.FromMilliseconds(100);

        public EndPoint EndPoint { get; } = listening.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            for (var turnedAway = 1; ; turnedAway++)
            {
                try
                {
                    var socket = await listening.AcceptAsync(cancellationToken);
                    if (gate.IsOpenTo(socket.RemoteEndPoint))
                    {
                        socket.NoDelay = noDelay;
                        return connections.Create(socket);
                    }

                    // Without lingering: a reset.
                    socket.Close(timeout: 0);
                    if (turnedAway % TurnedAwayAtOnce == 0) await Task.Yield();
                }
                catch (ObjectDisposedException)
                {
                    return null;
                }
                catch (SocketException ended) when (ended.SocketErrorCode == SocketError.OperationAborted)
                {
                    return null;
                }
                catch (SocketException shortage) when (shortage.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    await Task.Delay(Shortage, clock, cancellationToken);
                }
                catch (SocketException)
                {
                    // It was gone before it was its turn.
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            listening.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            listening.Dispose();
            connections.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
