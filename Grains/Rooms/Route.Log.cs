namespace OrleansChat.Grains.Rooms;

internal sealed partial class Route
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Room {Room}: gateway {Gateway} does not take batches at the moment ({Reason})")]
    private static partial void LogDeliveryFailed(
        ILogger logger, string room, string gateway, string reason);
}
