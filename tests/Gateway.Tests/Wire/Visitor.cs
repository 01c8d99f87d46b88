using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansChat.Gateway.Tests.Wire;

/// <summary>A bare connection from an address of one's choice (all of 127.0.0.0/8 is this machine), with any bytes on it.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly TcpClient _tcp;

    // Asked for now: a client that was reset gives none, and what came before that can still be read.
    private readonly NetworkStream _stream;

    private Visitor(TcpClient tcp) => (_tcp, _stream) = (tcp, tcp.GetStream());

    /// <summary>The status of the answer to a handshake; 0 when the connection ended without one.</summary>
    public int Status { get; private set; }

    /// <summary>The head of that answer.</summary>
    public string Head { get; private set; } = "";

    /// <summary>Connects, and says nothing.</summary>
    public static async Task<Visitor> ConnectAsync(Uri server, string from = "127.0.0.1")
    {
        var tcp = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await tcp.ConnectAsync(IPAddress.Loopback, server.Port);
        return new Visitor(tcp);
    }

    /// <summary>Asks for a WebSocket.</summary>
    /// <param name="address">The endpoint.</param>
    /// <param name="from">Where the connection comes from.</param>
    /// <param name="headers">Further lines.</param>
    public static async Task<Visitor> KnockAsync(Uri address, string from = "127.0.0.1", params string[] headers)
    {
        var visitor = await ConnectAsync(address, from);
        await visitor.WriteAsync(
            $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + string.Concat(headers.Select(header => header + "\r\n")) + "\r\n");
        await visitor.ReadHeadAsync();
        return visitor;
    }

    /// <summary>Asks for a WebSocket and goes again.</summary>
    /// <returns>The status of the answer; 0 when the connection was ended without one.</returns>
    public static async Task<int> StatusAsync(Uri address, string from, params string[] headers)
    {
        try
        {
            using var visitor = await KnockAsync(address, from, headers);
            return visitor.Status;
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Before it knew that it was connected.
            return 0;
        }
    }

    /// <returns>Whether it could be written.</returns>
    public async Task<bool> WriteAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        try
        {
            await _stream.WriteAsync(Encoding.ASCII.GetBytes(text), deadline.Token);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Reads the answer's head, or up to the end of the connection.</summary>
    public async Task ReadHeadAsync()
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        var head = new StringBuilder();
        var next = new byte[1];
        try
        {
            while (await _stream.ReadAsync(next, deadline.Token) == 1)
            {
                head.Append((char)next[0]);
                if (head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) break;
            }
        }
        catch (IOException)
        {
            // Cut off.
        }

        Head = head.ToString();
        if (Head.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)) Status = int.Parse(Head[9..12], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits for more of what it is told.</summary>
    /// <returns>Whether there was more, and not the end.</returns>
    public async Task<bool> ReadSomeAsync()
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        return await _stream.ReadAsync(new byte[1], deadline.Token) > 0;
    }

    /// <summary>Waits for the end of the connection.</summary>
    public async Task EndedAsync()
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        var buffer = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(buffer, deadline.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Cut off.
        }
    }

    /// <summary>Whether the other side has ended it, as far as can be seen at once.</summary>
    public bool IsEnded()
    {
        try
        {
            return _tcp.Client.Poll(0, SelectMode.SelectRead) && _tcp.Client.Available == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => _tcp.Dispose();
}
