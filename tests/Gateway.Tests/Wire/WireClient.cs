using System.Net.WebSockets;
using System.Text;

namespace OrleansChat.Gateway.Tests.Wire;

/// <summary>A WebSocket client that hands on each text frame it is sent, and remembers how it was closed.</summary>
internal sealed class WireClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly TaskCompletionSource<Closed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _pumping = Task.CompletedTask;

    public string? SubProtocol => _socket.SubProtocol;

    public static Task<WireClient> ConnectAsync(Uri address, Action<string> onFrame, Action<string> onEnd, params string[] subProtocols) =>
        ConnectAsync(address, new Dictionary<string, string>(), onFrame, onEnd, subProtocols);

    public static async Task<WireClient> ConnectAsync(
        Uri address, IReadOnlyDictionary<string, string> headers, Action<string> onFrame, Action<string> onEnd, params string[] subProtocols)
    {
        var client = new WireClient();
        foreach (var (name, value) in headers) client._socket.Options.SetRequestHeader(name, value);
        foreach (var subProtocol in subProtocols) client._socket.Options.AddSubProtocol(subProtocol);
        using var deadline = new CancellationTokenSource(Patience.Limit);
        await client._socket.ConnectAsync(address, deadline.Token);
        client._pumping = client.PumpAsync(onFrame, onEnd);
        return client;
    }

    public async Task SendAsync(string frame)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
    }

    /// <summary>Waits for the server's close.</summary>
    public Task<Closed> ClosedAsync() => _closed.Task.WaitAsync(Patience.Limit);

    /// <summary>Closes as a well-behaved client does, and waits for the server's answer.</summary>
    public async Task<Closed> CloseAsync()
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        if (_socket.State == WebSocketState.Open)
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", deadline.Token);
        return await ClosedAsync();
    }

    /// <summary>Is gone without a word, as a client whose network is.</summary>
    public void Abort() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _pumping;
        _socket.Dispose();
    }

    private async Task PumpAsync(Action<string> onFrame, Action<string> onEnd)
    {
        var buffer = new byte[1 << 16];
        var frame = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close) break;
                Assert.Equal(WebSocketMessageType.Text, part.MessageType);
                frame.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage) continue;
                onFrame(Encoding.UTF8.GetString(frame.GetBuffer(), 0, (int)frame.Length));
                frame.SetLength(0);
            }

            var closed = new Closed((int)_socket.CloseStatus!.Value, _socket.CloseStatusDescription ?? "");
            onEnd($"closed with {closed.Code} {closed.Reason}");
            _closed.SetResult(closed);
            if (_socket.State == WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(_socket.CloseStatus.Value, null, CancellationToken.None);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            onEnd($"lost: {error.Message}");
            _closed.TrySetException(error);
        }
    }
}

/// <summary>How the server closed.</summary>
internal sealed record Closed(int Code, string Reason);
