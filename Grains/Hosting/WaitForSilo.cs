using Npgsql;

namespace OrleansChat.Grains.Hosting;

/// <summary>
/// Has a gateway wait for a silo, however long that takes, and say so once. What waiting does not mend (a wrong
/// password, a database that does not exist) ends the start.
/// </summary>
internal sealed partial class WaitForSilo(TimeProvider clock, ILogger<WaitForSilo> logger) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly string[] Final =
    [
        PostgresErrorCodes.InvalidPassword, PostgresErrorCodes.InvalidAuthorizationSpecification, PostgresErrorCodes.InvalidCatalogName,
    ];

    private string? _told;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (exception is PostgresException refused && Final.Contains(refused.SqlState)) return false;
        var reason = exception switch
        {
            // The first silo that starts makes the tables.
            SiloUnavailableException or PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } => "there is none yet",
            _ => exception.Message,
        };
        if (reason != _told) LogWaiting(logger, reason);
        _told = reason;
        await Task.Delay(Pause, clock, cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for a silo: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
