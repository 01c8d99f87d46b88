using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Tests.Hostile;

/// <summary>The system's clock, but for the gate's patience, which never ends.</summary>
internal sealed class PatientClock : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime == ConnectionGate.Patience ? Timeout.InfiniteTimeSpan : dueTime, period);
}
