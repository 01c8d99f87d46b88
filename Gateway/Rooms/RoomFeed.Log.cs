namespace OrleansChat.Gateway.Rooms;

internal sealed partial class RoomFeed
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Room {Room}: its log was replaced; its clients are told to come back")]
    private static partial void LogReplaced(ILogger logger, string room);
}
