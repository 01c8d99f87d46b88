using System.Reflection;
using OrleansChat.Gateway.Users;
using OrleansChat.Gateways;

namespace OrleansChat.Gateway.Connections;

/// <summary>
/// Says every ten seconds that this gateway is there and how it is, at once when it begins to drain, and when it ends;
/// and lets it be drained from elsewhere.
/// </summary>
internal sealed partial class GatewayReporter : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastWordLimit = TimeSpan.FromSeconds(1);
    private static readonly string Version = Assembly.GetExecutingAssembly()
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private readonly IGrainFactory _grains;
    private readonly GatewayIdentity _identity;
    private readonly SiloConnection _silos;
    private readonly ConnectionTable _connections;
    private readonly UserLinks _links;
    private readonly TimeProvider _clock;
    private readonly ILogger<GatewayReporter> _logger;
    private readonly DateTimeOffset _startedAt;
    private bool _isHeard = true;

    public GatewayReporter(
        IGrainFactory grains,
        GatewayIdentity identity,
        SiloConnection silos,
        ConnectionTable connections,
        UserLinks links,
        Draining draining,
        TimeProvider clock,
        ILogger<GatewayReporter> logger)
    {
        (_grains, _identity, _silos, _connections, _links) = (grains, identity, silos, connections, links);
        (_clock, _logger, _startedAt) = (clock, logger, clock.GetUtcNow());
        identity.OnDrain = () => _ = draining.DrainAsync();
    }

    /// <summary>This gateway as it is now.</summary>
    public GatewayStatus Status =>
        new(_identity.Name, _connections.Count, _links.Count, _startedAt, Version, _connections.IsDraining);

    private IGatewayRegistryGrain Registry => _grains.GetGrain<IGatewayRegistryGrain>(0);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!_silos.IsMade || !_isHeard) return;
        // Its lease runs out by itself.
        await Registry.Forget(_identity.Name).WaitAsync(LastWordLimit, _clock, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, _clock);
        GatewayStatus? told = null;
        var toldAt = 0L;
        do
        {
            var status = Status;
            var isDue = told is null || status.Draining != told.Draining
                || _clock.GetElapsedTime(toldAt) >= GatewayRules.ReportInterval;
            if (!isDue || !_silos.IsMade || !await TryReportAsync(status)) continue;
            (told, toldAt) = (status, _clock.GetTimestamp());
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // One that fails is made again at the next tick.
    private async Task<bool> TryReportAsync(GatewayStatus status)
    {
        try
        {
            await Registry.Report(status, _identity.Observer);
            if (!_isHeard) LogHeard(_logger);
            return _isHeard = true;
        }
        catch (Exception error)
        {
            if (_isHeard) LogUnheard(_logger, error.Message);
            return _isHeard = false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The registry of gateways does not hear of this one: {Reason}")]
    private static partial void LogUnheard(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The registry of gateways hears of this one again")]
    private static partial void LogHeard(ILogger logger);
}
