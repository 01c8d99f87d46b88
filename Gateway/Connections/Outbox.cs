using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace OrleansChat.Gateway.Connections;

/// <summary>
/// What waits for one client, in order, bounded in bytes. Whoever puts something in never waits; a client that takes
/// too little is told so and let go, rather than hold up a room.
/// </summary>
/// <remarks>
/// A frame that is larger than the bound goes in when nothing else waits, and does not count: what is large is the
/// frame, and it is not the client that is slow. What comes while it is written has the whole bound.
/// </remarks>
/// <param name="maxBytes">How much may wait, including what is being written.</param>
internal sealed class Outbox(int maxBytes)
{
    private readonly Lock _lock = new();

    // One signal is as good as many: the writer takes all there is.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private List<ReadOnlyMemory<byte>> _waiting = [];
    private long _bytes;

    // A frame that is waiting or being written, and does not count.
    private int _uncounted;
    private bool _completed;

    /// <summary>Puts a frame in.</summary>
    /// <returns><see langword="false"/>: it does not fit. After <see cref="Complete"/> frames vanish silently.</returns>
    public bool TryAdd(ReadOnlyMemory<byte> frame)
    {
        lock (_lock)
        {
            if (_completed) return true;
            if (frame.Length > maxBytes && _bytes == 0 && _uncounted == 0) _uncounted = frame.Length;
            else if (_bytes + frame.Length > maxBytes) return false;
            else _bytes += frame.Length;
            _waiting.Add(frame);
        }

        _signal.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Ends it with a last frame.</summary>
    /// <param name="last">The last frame, if there is one; it always fits.</param>
    /// <param name="dropWaiting">Whether what is waiting is dropped rather than sent before it.</param>
    /// <returns><see langword="false"/>: it had ended before.</returns>
    public bool Complete(ReadOnlyMemory<byte>? last, bool dropWaiting)
    {
        lock (_lock)
        {
            if (_completed) return false;
            _completed = true;
            if (dropWaiting) _waiting.Clear();
            if (last is { } frame) _waiting.Add(frame);
        }

        _signal.Writer.TryWrite(true);
        _signal.Writer.TryComplete();
        return true;
    }

    /// <summary>Waits until there is something to write.</summary>
    /// <returns><see langword="false"/>: it has ended, and everything was taken.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (!await _signal.Reader.WaitToReadAsync(cancellation)) return false;
        _signal.Reader.TryRead(out _);
        return true;
    }

    /// <summary>Takes all that waits, in order.</summary>
    /// <param name="spare">An empty list to go on with, so that two lists serve for ever.</param>
    /// <param name="frames">What waited.</param>
    public bool TryTakeAll(List<ReadOnlyMemory<byte>> spare, [NotNullWhen(true)] out List<ReadOnlyMemory<byte>>? frames)
    {
        lock (_lock)
        {
            frames = _waiting.Count == 0 ? null : _waiting;
            if (frames is not null) _waiting = spare;
            return frames is not null;
        }
    }

    /// <summary>All frames that were taken were written, and no longer count.</summary>
    /// <param name="bytes">How long they were.</param>
    public void Written(long bytes)
    {
        lock (_lock)
        {
            // The first in an empty outbox, so that it was among these.
            _bytes -= bytes - _uncounted;
            _uncounted = 0;
        }
    }
}
