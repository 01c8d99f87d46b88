namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>The system's clock, whose timers a test can hold back: what begins to wait meanwhile waits until it is let go.</summary>
internal sealed class HeldClock : TimeProvider
{
    private volatile ManualClock? _held;

    /// <summary>Whether somebody waits who is held back.</summary>
    public bool IsWaitedFor => _held?.Pending > 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        (_held ?? System).CreateTimer(callback, state, dueTime, period);

    public void Hold() => _held = new ManualClock();

    public void LetGo()
    {
        var held = _held;
        _held = null;
        held?.Advance(TimeSpan.FromDays(1));
    }
}
