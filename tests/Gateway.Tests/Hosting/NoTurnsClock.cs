using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>
/// The system's clock, but for the turns by which routes and leases are renewed now and then: they never come. What is
/// renewed all the same, something else has renewed.
/// </summary>
internal sealed class NoTurnsClock : TimeProvider
{
    private static readonly TimeSpan[] Turns = [RoomRules.RouteRenewalInterval / 10, RoomRules.ConnectionRenewalInterval / 20];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        Turns.Contains(period)
            ? base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
            : base.CreateTimer(callback, state, dueTime, period);
}
