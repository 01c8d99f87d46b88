namespace OrleansChat.Gateway.Connections;

/// <summary>What a failed call to a grain means to the client that caused it.</summary>
internal static partial class Faults
{
    /// <summary>The refusal to show: the grain's own, or one that says whether trying again makes sense.</summary>
    public static ChatException ToRefusal(Exception error, ILogger logger)
    {
        switch (error)
        {
            case ChatException refusal:
                return refusal;
            // The call may have been carried out or not: the room is moving, or does not answer in time.
            case TimeoutException or OrleansException or OperationCanceledException:
                LogUnreachable(logger, error.Message);
                return new ChatException(ChatErrorCode.Unavailable, "the server cannot answer at the moment; try again");
            default:
                LogFault(logger, error);
                return new ChatException(ChatErrorCode.Internal, "internal error");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A grain could not be reached: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A command failed")]
    private static partial void LogFault(ILogger logger, Exception error);
}
