using System.Collections.Concurrent;
using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Browser.Tests.Servers;

/// <summary>
/// The system's clock, set forward by as much as a test wants, for what a server asks of the ends of tokens: they come when
/// the test says so, and not while a slow machine still connects with them. Everything else goes on as ever.
/// </summary>
internal sealed class TokenClock : TimeProvider
{
    private readonly ConcurrentQueue<Action> _lives = new();
    private long _shift;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (state is TokenLife) _lives.Enqueue(() => callback(state));
        return base.CreateTimer(callback, state, dueTime, period);
    }

    /// <summary>Every connection's token has less time left by that much, or none at all.</summary>
    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref _shift, by.Ticks);
        foreach (var look in _lives) look();
    }
}
