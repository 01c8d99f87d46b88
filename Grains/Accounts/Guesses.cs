using OrleansChat.Accounts;

namespace OrleansChat.Grains.Accounts;

/// <summary>
/// The guesses at one password, one at a time: however many are made at once, each finds those before it counted, and
/// how long they take says nothing of how many were wrong, nor of whether there is such a password.
/// </summary>
/// <param name="clock">The time.</param>
internal sealed class Guesses(TimeProvider clock)
{
    // A gateway that has not said by then what became of a guess is gone.
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    // Well below the time after which callers of grains give up.
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    // Nobody has more devices that log in at the same moment.
    internal const int MaxWaiting = 64;

    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private UnderWay? _underWay;
    private bool _isHandedOver;

    /// <summary>How many were wrong since the last one that was right, or since the account was locked.</summary>
    public int Wrong { get; private set; }

    /// <summary>Until when none opens the account, if that was ever so.</summary>
    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>Goes on from what the store has, where that is more than is known here.</summary>
    public void Meet(int wrong, DateTimeOffset? lockedUntil)
    {
        Wrong = Math.Max(Wrong, wrong);
        if (lockedUntil is { } until && !(LockedUntil >= until)) LockedUntil = until;
    }

    /// <summary>Counts nothing any more: the password is another one.</summary>
    public void Forget() => (Wrong, LockedUntil) = (0, null);

    /// <summary>Takes a guess in when those before it have ended.</summary>
    /// <returns>Its id, and whether it can open the account: not while that is locked.</returns>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unavailable"/>: too many are waiting.</exception>
    public async Task<(Guid Id, bool IsAllowed)> BeginAsync(GuessLimits limits)
    {
        // Its gateway may have tried it, and nobody knows with what outcome.
        if (_underWay is { } before && clock.GetElapsedTime(before.Since) > Lease) End(before.Id, GuessVerdict.Wrong);
        if (_underWay is not null || _isHandedOver) await TurnAsync();
        _isHandedOver = false;
        var guess = new UnderWay(Guid.NewGuid(), !(LockedUntil > clock.GetUtcNow()), clock.GetTimestamp(), limits);
        _underWay = guess;
        return (guess.Id, guess.IsAllowed);
    }

    /// <summary>Notes what became of a guess.</summary>
    /// <returns>Whether it was right, and allowed.</returns>
    public bool End(Guid guess, GuessVerdict verdict)
    {
        // Another one has been given up, and counts as wrong.
        if (_underWay is not { } ended || ended.Id != guess) return false;
        _underWay = null;
        HandOver();
        if (!ended.IsAllowed) return false;
        if (verdict == GuessVerdict.Wrong) CountWrong(ended.Limits);
        else if (verdict == GuessVerdict.Right) Wrong = 0;
        return verdict == GuessVerdict.Right;
    }

    private void CountWrong(GuessLimits limits)
    {
        if (++Wrong >= limits.Wrong) (Wrong, LockedUntil) = (0, clock.GetUtcNow() + limits.Lockout);
    }

    // In the order in which they came. Nobody who comes now gets ahead of the one whose turn it is.
    private void HandOver()
    {
        if (_waiting.First is not { } first) return;
        _waiting.RemoveFirst();
        _isHandedOver = true;
        first.Value.TrySetResult();
    }

    private async Task TurnAsync()
    {
        if (_waiting.Count >= MaxWaiting) throw TooMany();
        var turn = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await turn.Value.Task.WaitAsync(Patience, clock)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        // It may have come in the very moment in which the patience ended.
        if (turn.Value.Task.IsCompleted) return;
        _waiting.Remove(turn);
        throw TooMany();
    }

    private static ChatException TooMany() =>
        new(ChatErrorCode.Unavailable, "too many are logging in as this user at the moment; try again");

    private readonly record struct UnderWay(Guid Id, bool IsAllowed, long Since, GuessLimits Limits);
}
