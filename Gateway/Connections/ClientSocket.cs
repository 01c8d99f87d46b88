using System.Buffers;
using System.Net.WebSockets;

namespace OrleansChat.Gateway.Connections;

/// <summary>
/// The edge between a WebSocket and the rest: reads whole text frames within the limit, writes what the outbox has
/// gathered in as few writes as it can, and ends a connection with a reason.
/// </summary>
/// <remarks>
/// Reading and writing are two loops. While nothing comes in, no buffer is held: the wait is a read of no bytes. A
/// connection ends when both sides have said so, or the other side has not within <see cref="CloseTimeout"/>.
/// </remarks>
internal sealed partial class ClientSocket : IDisposable
{
    /// <summary>How long a closing connection may take to write what it has and hear the other side's close.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(10);

    private const int FirstBuffer = 4096;

    private readonly WebSocket _socket;
    private readonly CorkableStream? _wire;
    private readonly Outbox _outbox;
    private readonly int _frameLimit;
    private readonly Func<CloseReason, ReadOnlyMemory<byte>?> _goodbye;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _abort = new();
    private CloseReason? _reason;
    private bool _toldByItself;

    /// <summary>Takes over an accepted WebSocket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="wire">The stream under it, to cork.</param>
    /// <param name="frameLimit">The largest frame to take, in bytes.</param>
    /// <param name="outboxBytes">How much may wait to be written.</param>
    /// <param name="goodbye">The last frame for a reason, if this kind of connection has one.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Where faults are told.</param>
    public ClientSocket(
        WebSocket socket,
        CorkableStream? wire,
        int frameLimit,
        int outboxBytes,
        Func<CloseReason, ReadOnlyMemory<byte>?> goodbye,
        TimeProvider clock,
        ILogger logger)
    {
        (_socket, _wire, _frameLimit, _goodbye, _clock, _logger) = (socket, wire, frameLimit, goodbye, clock, logger);
        _outbox = new Outbox(outboxBytes);
    }

    /// <summary>Whether it is open, as far as this side knows.</summary>
    public bool IsOpen => Volatile.Read(ref _reason) is null;

    /// <summary>Sends a text frame, in its order; closes the connection when too much is waiting.</summary>
    public void Send(ReadOnlyMemory<byte> frame)
    {
        if (!_outbox.TryAdd(frame)) Close(CloseReason.SlowConsumer);
    }

    /// <summary>Says why, and closes. The first reason stands.</summary>
    public void Close(CloseReason reason) => Close(reason, _goodbye(reason));

    /// <summary>Ends it without a word more; what was on its way to the client is lost.</summary>
    public void CutOff()
    {
        Close(CloseReason.Normal, last: null);
        try
        {
            _abort.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>Reads and writes until the connection has ended.</summary>
    /// <param name="onFrame">Takes each frame; it is awaited before the next is read, and its memory is gone after it.</param>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        var writing = WriteAsync();
        try
        {
            await ReadUntilClosedAsync(onFrame);
        }
        catch (WebSocketException error) when (error.WebSocketErrorCode == WebSocketError.Faulted)
        {
            // The other side broke the protocol, and the WebSocket itself has told it so (1002, 1007).
            _toldByItself = true;
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException)
        {
            // The other side is gone.
            await _abort.CancelAsync();
        }

        Close(CloseReason.Normal, last: null);
        await writing;
        // Only what did not end by itself is cut off: that discards what is still on its way to the client.
        if (_abort.IsCancellationRequested && !_toldByItself) _socket.Abort();
        else await _abort.CancelAsync();
    }

    public void Dispose()
    {
        // Disposing of a WebSocket that met an error cuts the connection off, and the close frame is lost on its way.
        if (!_toldByItself) _socket.Dispose();
        _abort.Dispose();
    }

    private void Close(CloseReason reason, ReadOnlyMemory<byte>? last)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null) return;
        _outbox.Complete(last, dropWaiting: reason.Code == CloseReason.SlowConsumer.Code);
        _ = AbortLaterAsync();
    }

    private async Task AbortLaterAsync()
    {
        try
        {
            await Task.Delay(CloseTimeout, _clock, _abort.Token);
            await _abort.CancelAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // It ended in time.
        }
    }

    private async Task ReadUntilClosedAsync(Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        try
        {
            await ReadAsync(onFrame);
        }
        catch (Exception error) when (error is not (WebSocketException or OperationCanceledException or IOException))
        {
            // A fault of ours. The client is told, and read on until it has closed too.
            LogFault(_logger, error);
            Close(CloseReason.Fault);
            await ReadAsync(onFrame);
        }
    }

    private async Task ReadAsync(Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        while (true)
        {
            var waiting = await _socket.ReceiveAsync(Memory<byte>.Empty, _abort.Token);
            if (waiting.MessageType == WebSocketMessageType.Close) return;
            if (waiting.MessageType == WebSocketMessageType.Binary) Close(CloseReason.Binary);
            if (waiting.EndOfMessage)
            {
                // An empty frame: the wait for it has read all of it.
                if (IsOpen) await onFrame(ReadOnlyMemory<byte>.Empty);
                continue;
            }

            var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBuffer, _frameLimit + 1));
            try
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    if (length == buffer.Length) buffer = Grow(buffer);
                    // The WebSocket fills what it is given before it returns: not more than it takes to pass the limit.
                    var room = Math.Min(buffer.Length, _frameLimit + 1) - length;
                    part = await _socket.ReceiveAsync(buffer.AsMemory(length, room), _abort.Token);
                    if (part.MessageType == WebSocketMessageType.Close) return;
                    length += part.Count;
                    if (length > _frameLimit) Close(CloseReason.FrameTooBig(_frameLimit));
                    // Once closing, what still comes is read for the sake of the other side's close, and dropped.
                    if (!IsOpen) length = 0;
                }
                while (!part.EndOfMessage);

                if (IsOpen) await onFrame(buffer.AsMemory(0, length));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, Math.Max(_frameLimit + 1, buffer.Length + 1)));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private async Task WriteAsync()
    {
        try
        {
            var spare = new List<ReadOnlyMemory<byte>>();
            while (await _outbox.WaitAsync(_abort.Token))
            {
                while (_outbox.TryTakeAll(spare, out var frames))
                {
                    await WriteAsync(frames);
                    frames.Clear();
                    spare = frames;
                }
            }

            var reason = _reason!;
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync((WebSocketCloseStatus)reason.Code, reason.FrameText, _abort.Token);
        }
        catch (Exception error)
        {
            if (error is not (WebSocketException or OperationCanceledException or IOException or ObjectDisposedException))
                LogUnwritable(_logger, error);
            // Reading ends with it.
            Close(CloseReason.Normal, last: null);
            await _abort.CancelAsync();
        }
    }

    private async Task WriteAsync(List<ReadOnlyMemory<byte>> frames)
    {
        var gather = _wire is not null && frames.Count > 1;
        if (gather) await _wire!.CorkAsync(_abort.Token);
        var bytes = 0L;
        try
        {
            foreach (var frame in frames)
            {
                await _socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, _abort.Token);
                bytes += frame.Length;
            }
        }
        finally
        {
            // Also when sending failed: what was gathered may end with a close frame of the WebSocket's own.
            if (gather) await _wire!.UncorkAsync(_abort.Token);
        }

        _outbox.Written(bytes);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A frame could not be handled")]
    private static partial void LogFault(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A connection could not be written to, and was cut off")]
    private static partial void LogUnwritable(ILogger logger, Exception error);
}
