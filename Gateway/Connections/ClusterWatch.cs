using OrleansChat.Gateway.Rooms;
using OrleansChat.Gateway.Users;
using OrleansChat.Gateways;

namespace OrleansChat.Gateway.Connections;

/// <summary>
/// Keeps one question under way: which silos are there now? When one of them is gone, the rooms and users that were on
/// it are looked for at once, and not at their next turn.
/// </summary>
/// <remarks>
/// A silo that stops in good order is no reason: its rooms say from where they have gone to. News of the membership may
/// come before the cluster can place anything anew; then renewals fail for a moment, and are tried again.
/// </remarks>
internal sealed partial class ClusterWatch(
    IGrainFactory grains, RoomFeeds feeds, UserLinks links, TimeProvider clock, ILogger<ClusterWatch> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private ClusterView? _view;
    private bool _lost;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        for (var key = 0L; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                var view = await grains.GetGrain<IClusterWatchGrain>(key).Watch(_view?.Version ?? 0).WaitAsync(stoppingToken);
                await TakeAsync(view, stoppingToken);
                pause = FirstPause;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_lost && _view is not null) LogLost(logger, error.Message);
                _lost = true;
                // Another key is asked for at another silo, if there is one.
                key++;
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task TakeAsync(ClusterView view, CancellationToken cancellation)
    {
        var before = _view;
        if (_lost && before is not null) LogFound(logger, view.Active.Length);
        // One silo may be behind another. Only a membership that was made anew, which nobody can be asked about
        // meanwhile, is counted from its beginning.
        var isNews = before is null || view.Version > before.Version || (_lost && view.Version != before.Version);
        _lost = false;
        if (!isNews) return;
        _view = view;
        var silos = view.Active.Concat(view.Changing).ToHashSet(StringComparer.Ordinal);
        await feeds.RenewLostAsync(silos, cancellation);
        // A user's silo is not known here. One that left in good order has sent its users on to others.
        if (before?.Active.Any(silo => !silos.Contains(silo)) == true) await links.RenewAllAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No silo says which silos there are: {Reason}")]
    private static partial void LogLost(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The silos answer again; {Active} are active")]
    private static partial void LogFound(ILogger logger, int active);
}
