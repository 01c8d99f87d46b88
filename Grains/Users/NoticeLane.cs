using OrleansChat.Gateways;
using OrleansChat.Users;

namespace OrleansChat.Grains.Users;

/// <summary>
/// A user's way to one gateway: notices in their order, one under way at a time. One that is lost shows as a gap in
/// the versions, and the gateway reads the list of rooms again.
/// </summary>
internal sealed partial class NoticeLane(
    string gateway, TimeProvider clock, ILogger logger, Action<string> unknownToGateway)
{
    private const int MaxWaiting = 64;
    private const int Attempts = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Queue<(IGatewayObserver Observer, UserNotice Notice)> _waiting = new();
    private bool _running;

    public void Send(IGatewayObserver observer, UserNotice notice)
    {
        if (_waiting.Count == MaxWaiting) _waiting.Dequeue();
        _waiting.Enqueue((observer, notice));
        if (_running) return;
        _running = true;
        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        while (_waiting.TryDequeue(out var next)) await SendAsync(next.Observer, next.Notice);
        _running = false;
    }

    private async Task SendAsync(IGatewayObserver observer, UserNotice notice)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                if (!await observer.Notify(notice)) unknownToGateway(gateway);
                return;
            }
            catch (Exception error)
            {
                LogFailed(logger, notice.User, gateway, error.Message);
                await Task.Delay(Pause, clock);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "User {User}: gateway {Gateway} did not take a notice ({Reason})")]
    private static partial void LogFailed(ILogger logger, string user, string gateway, string reason);
}
