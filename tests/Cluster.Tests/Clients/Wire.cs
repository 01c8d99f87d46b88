using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>One connection: a WebSocket whose frames are read by one loop and written by another.</summary>
internal sealed class Wire : IAsyncDisposable
{
    // Far more than a client of these tests has on its way.
    private const int MostWaiting = 2_000;

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(MostWaiting);
    private Task _writing = Task.CompletedTask;
    private byte[] _buffer = new byte[8 * 1024];

    public async Task ConnectAsync(Uri address, CancellationToken cancellation)
    {
        await _socket.ConnectAsync(address, cancellation);
        _writing = WriteAsync();
    }

    /// <summary>Queues a command.</summary>
    /// <returns><see langword="false"/>: the queue is full, or the connection has ended.</returns>
    public bool Write(object command) => _waiting.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(command));

    /// <summary>The next frame; none when the connection has ended.</summary>
    public async Task<JsonDocument?> ReadAsync(CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            length += part.Count;
            if (part.EndOfMessage) return JsonDocument.Parse(_buffer.AsMemory(0, length));
            if (length == _buffer.Length) Array.Resize(ref _buffer, length * 2);
        }
    }

    /// <summary>Is gone without a word, as a client whose network is.</summary>
    public void Abort() => _socket.Abort();

    /// <summary>Says that it is going.</summary>
    public void Close() => _waiting.Writer.TryComplete();

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        _socket.Abort();
        await _writing;
        _socket.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var frame in _waiting.Reader.ReadAllAsync())
                await _socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The reader finds the same end.
            _waiting.Writer.TryComplete();
        }
    }
}
