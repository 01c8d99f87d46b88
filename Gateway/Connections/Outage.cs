namespace OrleansChat.Gateway.Connections;

/// <summary>
/// Says that some of many cannot be reached, without a line for each of them: when it begins and when it is over, and
/// not more often than every ten seconds.
/// </summary>
/// <param name="what">What they are, in the plural.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Where it is told.</param>
internal sealed partial class Outage(string what, TimeProvider clock, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly RareLine _line = new(TimeSpan.FromSeconds(10), clock);
    private int _unreached;
    private bool _told;

    /// <summary>How many cannot be reached.</summary>
    public int Unreached
    {
        get { lock (_lock) return _unreached; }
    }

    /// <summary>One more cannot be reached.</summary>
    public void Begin(string name, Exception error)
    {
        lock (_lock)
        {
            _unreached++;
            if (!_line.IsDue(out _)) return;
            _told = true;
            LogUnreached(logger, what, _unreached, name, error.Message);
        }
    }

    /// <summary>One of them has been reached again, or is no longer of interest.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (--_unreached > 0 || !_told) return;
            _told = false;
            LogReached(logger, what);
        }
    }

    /// <summary>A single call failed that nobody makes again.</summary>
    public void Failed(string name, Exception error)
    {
        if (_line.IsDue(out _)) LogFailed(logger, what, name, error.Message);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} {What} cannot be reached yet, such as {Name}: {Reason}")]
    private static partial void LogUnreached(ILogger logger, string what, int count, string name, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "All {What} are reached again")]
    private static partial void LogReached(ILogger logger, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Of the {What}, {Name} could not be reached: {Reason}")]
    private static partial void LogFailed(ILogger logger, string what, string name, string reason);
}
