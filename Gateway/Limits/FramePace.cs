using System.Runtime.CompilerServices;
using OrleansChat.Limits;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// How fast one connection's frames are read, of whatever kind. Commands have a <see cref="CommandPace"/>; but pings,
/// pongs and empty parts of frames are answered, dropped and put together by the WebSocket itself, and what comes while a
/// connection is being closed is dropped unseen. Nobody is refused here: who sends very many is read after a pause.
/// </summary>
/// <remarks>
/// Costs next to nothing while a client does not hurry: one look at the bytes that were read, and no memory. A wait for
/// the next bytes (a read of none) goes straight through.
/// </remarks>
internal sealed class FramePace
{
    // Who sends commands in parts, or goes on although refused, is held up by the limit of commands and not by this one.
    private const int FramesPerCommand = 4;
    private const int LeastPerSecond = 400;
    private const int LeastAtOnce = 2_000;

    // Somebody who is not read at all can neither show that they are alive nor say goodbye.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly TokenRate _rate;
    private readonly TokenBucket _bucket;
    private FrameMeter _meter;
    private int _tooMany;

    public FramePace(ChatLimits limits, TimeProvider clock)
    {
        _clock = clock;
        _rate = TokenRate.PerSecond(
            Math.Max(FramesPerCommand * limits.CommandsPerSecond, LeastPerSecond),
            Math.Max(FramesPerCommand * limits.CommandBurst, LeastAtOnce));
        _bucket = new TokenBucket(_rate, clock);
    }

    /// <summary>Reads what a client sends; by one reader at a time, as a WebSocket does.</summary>
    public ValueTask<int> ReadAsync(Stream from, Memory<byte> buffer, CancellationToken cancellation) =>
        buffer.IsEmpty && _tooMany == 0 ? from.ReadAsync(buffer, cancellation) : ReadCountedAsync(from, buffer, cancellation);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadCountedAsync(Stream from, Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_tooMany > 0) await PauseAsync(cancellation);
        var read = await from.ReadAsync(buffer, cancellation);
        var frames = _meter.Count(buffer.Span[..read]);
        if (frames > 0) _tooMany = frames - _bucket.TryTake(1, frames, out _);
        return read;
    }

    // Until there would have been as many as came.
    private async Task PauseAsync(CancellationToken cancellation)
    {
        var pause = _rate.Interval * _tooMany;
        await Task.Delay(pause < LongestPause ? pause : LongestPause, _clock, cancellation);
        _bucket.TryTake(1, _tooMany, out _);
        _tooMany = 0;
    }
}
