namespace OrleansChat.Grains.Rooms;

internal sealed partial class Route
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Room {Room}: gateway {Gateway} did not take a batch; again in {PauseMs} ms ({Reason})")]
    private static partial void LogDeliveryFailed(
        ILogger logger, string room, string gateway, double pauseMs, string reason);
}
