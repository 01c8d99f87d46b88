using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Limits;

/// <summary>Whether this gateway has as much to do as it may: then new clients are refused, and those who are there go on.</summary>
internal sealed partial class Overload(
    ConnectionTable connections, IOptions<ChatLimits> limits, TimeProvider clock, ILogger<Overload> logger) : BackgroundService
{
    /// <summary>When to come back.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>The reason of a gateway that has no place left.</summary>
    public const string Full = "this gateway has as many connections as it may";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // What the process holds may be garbage that nobody had reason to collect.
    private static readonly TimeSpan BetweenCollections = TimeSpan.FromSeconds(30);

    private readonly ChatLimits _limits = limits.Value;
    private long? _collectedAt;
    private volatile bool _isHeavy;

    /// <summary>Why nobody else can come in, if that is so.</summary>
    public string? Reason =>
        _isHeavy ? "this gateway has as much memory as it may"
        : connections.Count >= _limits.Connections ? Full
        : null;

    /// <summary>Refuses requests to the HTTP API.</summary>
    /// <exception cref="ChatException">There is a <see cref="Reason"/>.</exception>
    public void Check()
    {
        if (Reason is { } reason) throw new ChatException(ChatErrorCode.Unavailable, reason) { RetryAfter = RetryAfter };
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_limits.MemoryMegabytes == 0) return;
        using var timer = new PeriodicTimer(Interval, clock);
        do Weigh();
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Weigh()
    {
        // What the system counts against the process, and not what .NET believes to use.
        var megabytes = Environment.WorkingSet >> 20;
        var isHeavy = megabytes > _limits.MemoryMegabytes;
        if (isHeavy != _isHeavy) LogWeight(logger, isHeavy ? "refuses" : "takes", megabytes, _limits.MemoryMegabytes);
        _isHeavy = isHeavy;
        if (!isHeavy || (_collectedAt is { } last && clock.GetElapsedTime(last) < BetweenCollections)) return;
        _collectedAt = clock.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The gateway {Does} new clients: it has {Megabytes} MB of memory, and may have {Limit}")]
    private static partial void LogWeight(ILogger logger, string does, long megabytes, int limit);
}
