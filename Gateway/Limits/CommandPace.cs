using OrleansChat.Gateway.Connections;
using OrleansChat.Limits;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// How fast one connection may go: its own limit, then its user's. A client that goes on although it is refused is read
/// more slowly, so that refusing costs the others little; one that waits as long as it is told never notices.
/// </summary>
internal sealed class CommandPace(string user, GatewayServices services)
{
    // So many refusals for haste are forgiven, and each command that is carried out makes up for one of them.
    private const int Forgiven = 100;
    private const int RefusalsPerPause = 20;
    private const int RefusalsPerMillisecond = 2;

    // 200 commands a second are still read, and refused: who is not read at all cannot show that it is alive.
    private const int LongestPauseMs = 100;

    private readonly TokenBucket _rate = new(
        TokenRate.PerSecond(services.Limits.CommandsPerSecond, services.Limits.CommandBurst), services.Clock);

    private int _refusals;
    private int _sincePause;

    /// <summary>Takes a command; waits for the user's grain if that has to be asked.</summary>
    /// <returns>None: it may be carried out. Otherwise why not, and when it could be.</returns>
    public async ValueTask<ChatException?> TakeAsync()
    {
        var limits = services.Limits;
        if (!_rate.TryTake(out var wait)) return Refuse("connection", limits.CommandsPerSecond, limits.CommandBurst, wait);
        wait = await services.Allowances.TakeAsync(user);
        if (wait > TimeSpan.Zero) return Refuse("user", limits.UserCommandsPerSecond, limits.UserCommandBurst, wait);
        if (_refusals > 0) _refusals--;
        return null;
    }

    /// <summary>After a refusal, before the next command is read.</summary>
    public Task CalmAsync()
    {
        if (_refusals <= Forgiven || ++_sincePause < RefusalsPerPause) return Task.CompletedTask;
        _sincePause = 0;
        return Task.Delay(TimeSpan.FromMilliseconds(_refusals / RefusalsPerMillisecond), services.Clock);
    }

    private ChatException Refuse(string whose, int perSecond, int burst, TimeSpan wait)
    {
        if (_refusals < RefusalsPerMillisecond * LongestPauseMs) _refusals++;
        return new ChatException(
            ChatErrorCode.RateLimited, $"more than {perSecond} commands a second of one {whose} (or {burst} at once)")
        {
            RetryAfter = wait,
        };
    }
}
