using System.Collections.Concurrent;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>The system's clock, but for the time that is given to those who do not close: it lasts until the test has seen all.</summary>
internal sealed class HeldCloses : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<Action> _held = new();
    private volatile bool _isOver;

    public void Release()
    {
        _isOver = true;
        while (_held.TryDequeue(out var end)) end();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (_isOver || dueTime < DrainOptions.CloseTimeout || dueTime > Longest || period != Timeout.InfiniteTimeSpan)
            return base.CreateTimer(callback, state, dueTime, period);
        _held.Enqueue(() => callback(state));
        if (_isOver) Release();
        return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
    }
}
