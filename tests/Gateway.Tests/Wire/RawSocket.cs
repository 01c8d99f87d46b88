using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace OrleansChat.Gateway.Tests.Wire;

/// <summary>
/// A WebSocket by hand (RFC 6455 §5), for what a proper client cannot do: invalid frames, pings without an answer,
/// and not reading.
/// </summary>
internal sealed class RawSocket : IAsyncDisposable
{
    public const byte Continuation = 0x0;
    public const byte Text = 0x1;
    public const byte Binary = 0x2;
    public const byte Close = 0x8;
    public const byte Ping = 0x9;
    public const byte Pong = 0xA;

    private static readonly byte[] Mask = [0x12, 0x34, 0x56, 0x78];

    private readonly TcpClient _tcp = new();
    private NetworkStream? _stream;

    /// <summary>
    /// Whether the pings are read by which a gateway looks for quiet clients, after twenty seconds most often: they come
    /// between what anybody else waits for on a slow machine. None is answered.
    /// </summary>
    public bool ShowsPings { get; init; }

    private NetworkStream Stream => _stream!;

    /// <summary>Connects and shakes hands.</summary>
    /// <param name="address">The endpoint.</param>
    /// <param name="receiveBuffer">How much the system takes for a client that does not read, in bytes.</param>
    /// <param name="showsPings">Whether the gateway's pings are read too.</param>
    public static async Task<RawSocket> ConnectAsync(Uri address, int? receiveBuffer = null, bool showsPings = false)
    {
        var raw = new RawSocket { ShowsPings = showsPings };
        // Set before connecting, or the system has announced a larger window already.
        if (receiveBuffer is { } size) raw._tcp.ReceiveBufferSize = size;
        await raw._tcp.ConnectAsync(address.Host, address.Port);
        raw._stream = raw._tcp.GetStream();
        await raw.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        var answer = await raw.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 101", answer, StringComparison.Ordinal);
        return raw;
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        await Stream.WriteAsync(bytes, deadline.Token);
    }

    public Task SendAsync(string text) => SendAsync(Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a masked frame, as a client must.</summary>
    public Task SendAsync(byte opcode, ReadOnlySpan<byte> payload, bool final = true) => WriteAsync(Encode(opcode, payload, final));

    public static byte[] Encode(byte opcode, ReadOnlySpan<byte> payload, bool final = true)
    {
        var frame = new List<byte> { (byte)(opcode | (final ? 0x80 : 0)) };
        if (payload.Length < 126)
        {
            frame.Add((byte)(0x80 | payload.Length));
        }
        else
        {
            frame.Add(0x80 | 127);
            var length = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
            frame.AddRange(length);
        }

        frame.AddRange(Mask);
        for (var i = 0; i < payload.Length; i++) frame.Add((byte)(payload[i] ^ Mask[i % 4]));
        return [.. frame];
    }

    /// <summary>Reads a frame; none when the connection has ended.</summary>
    public async Task<RawFrame?> ReadAsync()
    {
        RawFrame? frame;
        do frame = await ReadAnyAsync();
        while (!ShowsPings && frame?.Opcode == Ping);
        return frame;
    }

    private async Task<RawFrame?> ReadAnyAsync()
    {
        var head = new byte[2];
        if (!await FillAsync(head)) return null;
        var length = (long)(head[1] & 0x7F);
        if (length >= 126)
        {
            var longer = new byte[length == 126 ? 2 : 8];
            if (!await FillAsync(longer)) return null;
            length = longer.Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(longer) : BinaryPrimitives.ReadInt64BigEndian(longer);
        }

        var payload = new byte[length];
        return await FillAsync(payload) ? new RawFrame((byte)(head[0] & 0x0F), payload) : null;
    }

    /// <summary>Reads on to the server's close, or the end of the connection.</summary>
    public async Task<List<RawFrame>> ReadToEndAsync()
    {
        var frames = new List<RawFrame>();
        while (await ReadAsync() is { } frame)
        {
            frames.Add(frame);
            if (frame.Opcode == Close) break;
        }

        return frames;
    }

    /// <summary>Says that it closes too, if anybody listens yet, and waits for the end of the connection.</summary>
    public async Task EndAsync()
    {
        try
        {
            await SendAsync(Close, [0x03, 0xE8]);
        }
        catch (IOException)
        {
            // It has ended.
        }

        while (await ReadAsync() is not null)
        {
        }
    }

    /// <summary>Sends no more, and goes on reading.</summary>
    public void HalfClose() => _tcp.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Resets the connection, as the system of a killed process does.</summary>
    public void Reset()
    {
        _tcp.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        _tcp.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> FillAsync(Memory<byte> buffer)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        try
        {
            return await Stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, deadline.Token) == buffer.Length;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var next = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await FillAsync(next)) head.Append((char)next[0]);
        return head.ToString();
    }
}

/// <summary>A frame as it came.</summary>
internal sealed record RawFrame(byte Opcode, byte[] Payload)
{
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a close frame.</summary>
    public int Code => Opcode == RawSocket.Close && Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(Payload) : -1;
}
