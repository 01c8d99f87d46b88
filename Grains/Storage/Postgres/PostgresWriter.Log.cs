namespace OrleansChat.Grains.Storage.Postgres;

internal sealed partial class PostgresWriter
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Database}: {Reason}; {Count} writes were refused")]
    private static partial void LogGroupFailed(ILogger logger, string database, string reason, int count, Exception error);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Database}: the writer met a fault of its own")]
    private static partial void LogWriterFault(ILogger logger, string database, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Database}: the connection did not close cleanly")]
    private static partial void LogCloseFailed(ILogger logger, string database, Exception error);
}
