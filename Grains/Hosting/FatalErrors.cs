namespace OrleansChat.Grains.Hosting;

/// <summary>
/// Ends a silo that must not go on: the others have voted it out, most often because it stood still for too long.
/// Its rooms live elsewhere by now, and the store refuses whatever it would still write.
/// </summary>
/// <remarks>The process ends at once and with exit code 1; what supervises it starts another.</remarks>
internal sealed partial class FatalErrors(ILogger<FatalErrors> logger) : IFatalErrorHandler
{
    private int _ending;

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        if (Interlocked.Exchange(ref _ending, 1) == 1) return;
        LogEnding(logger, context ?? "a fatal error", exception);
        // The handler is called from a task that an exit would wait for.
        new Thread(static () => Environment.Exit(1)) { IsBackground = true }.Start();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "This silo ends: {Reason}")]
    private static partial void LogEnding(ILogger logger, string reason, Exception? error);
}
