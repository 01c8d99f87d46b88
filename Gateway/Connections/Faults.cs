namespace OrleansChat.Gateway.Connections;

/// <summary>What a failed call to a grain means to the client that caused it.</summary>
internal static partial class Faults
{
    // While no silo answers, each command of each client fails: one line a second says as much as ten thousand.
    private static readonly RareLine Unreachable = new(TimeSpan.FromSeconds(1), TimeProvider.System);

    /// <summary>The refusal to show: the grain's own, or one that says whether trying again makes sense.</summary>
    public static ChatException ToRefusal(Exception error, ILogger logger)
    {
        switch (error)
        {
            case ChatException refusal:
                return refusal;
            // The call may have been carried out or not: the room is moving, or does not answer in time.
            case TimeoutException or OrleansException or OperationCanceledException:
                if (Unreachable.IsDue(out var calls)) LogUnreachable(logger, calls, error.Message);
                return new ChatException(ChatErrorCode.Unavailable, "the server cannot answer at the moment; try again");
            default:
                LogFault(logger, error);
                return new ChatException(ChatErrorCode.Internal, "internal error");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Calls} calls reached no grain; the last: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, int calls, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A command failed")]
    private static partial void LogFault(ILogger logger, Exception error);
}
