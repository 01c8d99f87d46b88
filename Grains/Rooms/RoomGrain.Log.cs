using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

internal sealed partial class RoomGrain
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Room {Room} ({Kind}) was created by {User}")]
    private static partial void LogCreated(ILogger logger, string room, RoomKind kind, string user);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Room {Room} has come from another silo and cannot be opened yet: {Reason}")]
    private static partial void LogNotOpened(ILogger logger, string room, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Room {Room}: the activation of epoch {Epoch} ends: {Reason}")]
    private static partial void LogEnding(ILogger logger, string room, long epoch, string reason);
}
