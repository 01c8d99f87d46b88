using OrleansChat.Gateway.Connections;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Rooms;

/// <summary>What feeds have in common.</summary>
/// <param name="Grains">The way to the rooms.</param>
/// <param name="Gateway">This process, by the name that rooms log.</param>
/// <param name="Observer">Where rooms deliver.</param>
/// <param name="ReplayEvents">How many events a resuming client is sent at most.</param>
/// <param name="ReplayBytes">How many bytes of them at most.</param>
/// <param name="Forget">Removes a closed feed from the table.</param>
/// <param name="Outage">The feeds that cannot reach their rooms at the moment.</param>
/// <param name="Clock">The time.</param>
/// <param name="Logger">Where failures are told.</param>
internal sealed record FeedContext(
    IGrainFactory Grains,
    string Gateway,
    IGatewayObserver Observer,
    int ReplayEvents,
    int ReplayBytes,
    Action<RoomFeed> Forget,
    Outage Outage,
    TimeProvider Clock,
    ILogger Logger)
{
    /// <summary>How many events are pulled at once.</summary>
    public const int PullEvents = 256;

    /// <summary>How long to wait before a failed call is made again.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    public IRoomGrain RoomGrain(string room) => Grains.GetGrain<IRoomGrain>(room);

    public IRoomHistoryGrain History(string room) => Grains.GetGrain<IRoomHistoryGrain>(room);
}
