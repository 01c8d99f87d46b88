namespace OrleansChat.Grains.Storage.Sqlite;

internal sealed partial class SqliteWriter
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{File}: {Reason}; {Count} writes were refused")]
    private static partial void LogTransactionFailed(ILogger logger, string file, string reason, int count, Exception error);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{File}: the writer met a fault of its own")]
    private static partial void LogWriterFault(ILogger logger, string file, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File}: the connection did not close cleanly")]
    private static partial void LogCloseFailed(ILogger logger, string file, Exception error);
}
