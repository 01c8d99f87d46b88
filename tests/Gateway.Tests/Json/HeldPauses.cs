using System.Collections.Concurrent;

namespace OrleansChat.Gateway.Tests.Json;

/// <summary>The system's clock, but for the pauses in which a flooder is not read: they last until they are let go.</summary>
internal sealed class HeldPauses : TimeProvider
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(51);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<(TimeSpan Length, Action End)> _held = new();

    /// <summary>Waits for the next pause.</summary>
    public async Task<(TimeSpan Length, Action End)> NextAsync()
    {
        (TimeSpan Length, Action End) pause = default;
        await Wire.Patience.UntilAsync(() => Task.FromResult(_held.TryDequeue(out pause)), "there was a pause");
        return pause;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < Shortest || dueTime > Longest || period != Timeout.InfiniteTimeSpan) return base.CreateTimer(callback, state, dueTime, period);
        _held.Enqueue((dueTime, () => callback(state)));
        return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
    }
}
