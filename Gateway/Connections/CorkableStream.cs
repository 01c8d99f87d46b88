using System.Buffers;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Connections;

/// <summary>
/// A socket's stream that can gather writes: while corked, what is written waits in memory, and uncorking sends it in
/// one write. A WebSocket flushes after each frame; a burst of frames would cost as many system calls. What is read
/// comes at the pace of its frames.
/// </summary>
internal sealed class CorkableStream(Stream inner, FramePace pace) : Stream
{
    // Beyond this much it is written even when corked: more in one write saves nothing.
    private const int MaxGathered = 64 * 1024;

    // A WebSocket sends its own pings and pongs whenever it likes, so writing is not the outbox's alone.
    private readonly SemaphoreSlim _writing = new(1, 1);
    private ArrayBufferWriter<byte>? _gathered;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gathers from here on.</summary>
    public async Task CorkAsync(CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        _gathered ??= new ArrayBufferWriter<byte>(4096);
        _writing.Release();
    }

    /// <summary>Sends what was gathered, and gathers no more.</summary>
    public async Task UncorkAsync(CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            if (_gathered is not { } gathered) return;
            _gathered = null;
            if (gathered.WrittenCount > 0) await inner.WriteAsync(gathered.WrittenMemory, cancellation);
            await inner.FlushAsync(cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        pace.ReadAsync(inner, buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (_gathered is null)
            {
                await inner.WriteAsync(buffer, cancellationToken);
                return;
            }

            _gathered.Write(buffer.Span);
            if (_gathered.WrittenCount < MaxGathered) return;
            await inner.WriteAsync(_gathered.WrittenMemory, cancellationToken);
            _gathered.ResetWrittenCount();
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (_gathered is null) await inner.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw Synchronous();

    public override void Write(byte[] buffer, int offset, int count) => throw Synchronous();

    public override void Flush() => throw Synchronous();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _writing.Dispose();
        }

        base.Dispose(disposing);
    }

    private static NotSupportedException Synchronous() => new("a socket is not read or written synchronously");
}
