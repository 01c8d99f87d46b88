using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace OrleansChat.Gateway.Connections;

/// <summary>
/// Lets the clients go before the web server and the silo stop under them: in stages, so that they come to the other
/// gateways at a rate that those can bear, and each is away for about a second.
/// </summary>
/// <remarks>
/// 1. The gateway turns not ready. For as long as the delay says, all goes on as before: a load balancer goes on
///    sending connections until it has noticed.
/// 2. The door closes: upgrades are answered with 503, and who was on the way in is told goodbye at once.
/// 3. Once a second a stage is told goodbye, each with a moment of its own within the next second to come back at.
///    Who has not been told works as ever. A stage is as large as the rate, or larger if the time would not suffice.
/// 4. Who has been told and does not close is cut off after five seconds.
///
/// A second signal, or a host that has no time left, makes one stage of all that are left.
/// </remarks>
internal sealed partial class Draining(
    ConnectionTable connections, IOptions<DrainOptions> options, TimeProvider clock, ILogger<Draining> logger)
    : IHostedLifecycleService
{
    private static readonly TimeSpan Stage = TimeSpan.FromSeconds(1);

    private readonly DrainOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _hurry = new();
    private Task? _draining;

    /// <summary>Drains this gateway; the first call begins, each later one waits for the same end.</summary>
    public Task DrainAsync()
    {
        lock (_lock) return _draining ??= RunAsync();
    }

    /// <summary>Lets go at once whoever is still there.</summary>
    public void Hurry() => _hurry.Cancel();

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // The first signal has brought us here; whoever sends a second one does not want to wait.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Hurry());
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Hurry());
        using var noTime = cancellationToken.Register(Hurry);
        await DrainAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RunAsync()
    {
        connections.BeginDraining();
        await PauseAsync(TimeSpan.FromSeconds(_options.DelaySeconds));
        connections.CloseDoor();
        if (connections.Count is > 0 and var count) LogBegun(logger, count);
        await LetGoAsync();
        await EmptyAsync(DrainOptions.CloseTimeout);
        if (connections.CutOff() is > 0 and var left) LogCutOff(logger, left);
        await EmptyAsync(DrainOptions.CutOffTimeout);
    }

    private async Task LetGoAsync()
    {
        for (var stages = _options.MaxSeconds; ; stages--)
        {
            var staying = connections.Staying.ToList();
            var size = _hurry.IsCancellationRequested || stages == 1
                ? staying.Count
                : Math.Max(_options.ConnectionsPerSecond, (staying.Count + stages - 1) / stages);
            foreach (var connection in staying.Take(size)) connection.Close(CloseReason.Draining());
            if (size >= staying.Count) return;
            await PauseAsync(Stage);
        }
    }

    private async Task EmptyAsync(TimeSpan within) =>
        await connections.EmptyAsync().WaitAsync(within, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task PauseAsync(TimeSpan time) =>
        await Task.Delay(time, clock, _hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(Level = LogLevel.Information, Message = "Draining: {Connections} connections are told to come back elsewhere")]
    private static partial void LogBegun(ILogger logger, int connections);

    [LoggerMessage(Level = LogLevel.Information, Message = "Draining: {Connections} connections did not end in time and are cut off")]
    private static partial void LogCutOff(ILogger logger, int connections);
}
