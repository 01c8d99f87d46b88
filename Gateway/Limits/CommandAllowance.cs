using OrleansChat.Gateway.Connections;
using OrleansChat.Limits;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// How many commands a user may still send through this gateway. The user's grain counts for all gateways; it grants
/// some at a time, so that not each command asks it.
/// </summary>
/// <remarks>
/// <para>
/// A grant is small (twice what was used of the one before, and at most an eighth of the burst), and what is not used
/// within five seconds lapses: no gateway keeps what the user could use on another. A hundredth of rate and burst
/// is not counted at all, so that somebody who types costs no calls; a user can get that much more from each gateway.
/// </para>
/// <para>
/// A grain that does not answer must neither let a flood through nor silence somebody who has done nothing. So when it
/// has failed, or has not answered within half a second, this gateway counts by itself: the user gets here what one
/// connection is allowed, until the grain answers again. It is asked every two seconds, and nobody waits for that.
/// </para>
/// </remarks>
internal sealed class CommandAllowance
{
    private const int PartUncounted = 100;
    private const int PartAtOnce = 8;

    // Refused users come back for a twentieth of a second's worth: for single commands they would ask for each.
    private const int PartAfterRefusal = 20;
    private static readonly TimeSpan GrantLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly string _user;
    private readonly Func<BudgetRequest, Task<BudgetGrant>> _spend;
    private readonly ChatLimits _limits;
    private readonly Outage _outage;
    private readonly TimeProvider _clock;
    private readonly TokenBucket? _uncounted;
    private TokenBucket? _own;
    private Task? _asking;
    private int _granted;
    private int _next = 1;
    private long _usedAt;
    private long _grantedAt;
    private long _answeredAt;
    private TimeSpan _refusedFor;

    /// <param name="user">The user, for the log.</param>
    /// <param name="spend">Asks the user's grain.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="outage">Who else has the same trouble.</param>
    /// <param name="clock">The time.</param>
    public CommandAllowance(
        string user, Func<BudgetRequest, Task<BudgetGrant>> spend, ChatLimits limits, Outage outage, TimeProvider clock)
    {
        (_user, _spend, _limits, _outage, _clock, _usedAt) = (user, spend, limits, outage, clock, clock.GetTimestamp());
        var rate = Rate;
        var uncounted = new TokenRate(rate.Interval * PartUncounted, rate.Burst / PartUncounted);
        if (uncounted.Burst > 0) _uncounted = new TokenBucket(uncounted, clock);
    }

    /// <summary>For how long nobody has used it.</summary>
    public TimeSpan Idle
    {
        get { lock (_lock) return _clock.GetElapsedTime(_usedAt); }
    }

    /// <summary>For how long the grain has said that nothing is left; a command that costs no call may be carried out all the same.</summary>
    public TimeSpan RefusedFor
    {
        get { lock (_lock) return _refusedFor - _clock.GetElapsedTime(_answeredAt); }
    }

    private TokenRate Rate => TokenRate.PerSecond(_limits.UserCommandsPerSecond, _limits.UserCommandBurst);

    private int MostAtOnce => Math.Max(1, _limits.UserCommandBurst / PartAtOnce);

    /// <summary>Takes one command.</summary>
    /// <returns>Zero: it may be carried out. Otherwise it is refused, and after this time one would not be.</returns>
    public async ValueTask<TimeSpan> TakeAsync()
    {
        while (true)
        {
            Task asking;
            lock (_lock)
            {
                _usedAt = _clock.GetTimestamp();
                if (TryDecide(out var wait)) return wait;
                asking = Ask();
            }

            await asking;
        }
    }

    private bool TryDecide(out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_uncounted?.TryTake(out _) == true) return true;
        if (_granted > 0 && _clock.GetElapsedTime(_grantedAt, _usedAt) < GrantLife)
        {
            _granted--;
            return true;
        }

        if (_own is not null)
        {
            if (_clock.GetElapsedTime(_answeredAt, _usedAt) >= AskAgain) _ = Ask();
            _own.TryTake(out wait);
            return true;
        }

        wait = _refusedFor - _clock.GetElapsedTime(_answeredAt, _usedAt);
        if (wait > TimeSpan.Zero) return true;
        wait = TimeSpan.Zero;
        return false;
    }

    // Those who wait are connections of one user: they share the question, and what it brings.
    private Task Ask() => _asking ??= Task.Run(AskAsync);

    private async Task AskAsync()
    {
        BudgetRequest request;
        lock (_lock)
        {
            // What lapsed was too much.
            _next = _granted > 0 ? 1 : Math.Min(_next * 2, MostAtOnce);
            var least = Math.Clamp(_limits.UserCommandsPerSecond / PartAfterRefusal, 1, MostAtOnce);
            request = new BudgetRequest(UserBudget.Commands, Rate, least, Math.Max(least, _next));
        }

        BudgetGrant? grant = null;
        try
        {
            grant = await _spend(request).WaitAsync(Patience, _clock);
        }
        catch (Exception error)
        {
            _outage.Failed(_user, error);
        }

        lock (_lock)
        {
            _asking = null;
            _granted = grant?.Granted ?? 0;
            _refusedFor = grant?.RetryAfter ?? TimeSpan.Zero;
            _grantedAt = _answeredAt = _clock.GetTimestamp();
            if (grant is not null) _own = null;
            else _own ??= new TokenBucket(TokenRate.PerSecond(_limits.CommandsPerSecond, _limits.CommandBurst), _clock);
        }
    }
}
