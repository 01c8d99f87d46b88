using Orleans.Concurrency;
using OrleansChat.Accounts;
using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Accounts;

/// <summary>
/// A user's account in memory, read once. Changes are written before they are answered; wrong passwords are counted at
/// once and written after the answer, so that nobody can tell by the disk whether there is an account to write to.
/// </summary>
/// <remarks>
/// An id without an account has all of this too: the same calls, the same counting, the same waiting. What it lacks is
/// the row. Turns interleave, for a guess waits for others to end; one write is under way at a time.
/// </remarks>
[Reentrant]
[CollectionAgeLimit(Minutes = 2)]
internal sealed partial class AccountGrain(IAccountStore store, TimeProvider clock, ILogger<AccountGrain> logger)
    : Grain, IAccountGrain
{
    private const int MaxTries = 3;

    private readonly Guesses _guesses = new(clock);
    // Not disposed of: a silo that is in a hurry does not wait for what is being saved, which goes on after the activation.
    private readonly SemaphoreSlim _writing = new(1);
    private Task<StoredAccount?>? _opening;
    private Task _saving = Task.CompletedTask;
    private bool _unsaved;

    private string User => this.GetPrimaryKeyString();

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _saving;

    public async Task<Account?> Find() => ToAccount(await OpenAsync());

    public async Task<Account?> Create(NewAccount account)
    {
        var created = new StoredAccount(
            User,
            ChatId.Fold(User),
            account.Name,
            account.PasswordHash,
            account.Stamp,
            Failures: 0,
            LockedUntil: null,
            Sessions.None,
            Version: 1,
            clock.GetUtcNow());
        return await WriteAsync(async known =>
        {
            if (known is not null || !await store.CreateAsync(created)) return null;
            _guesses.Forget();
            return created;
        });
    }

    public Task<Account?> Change(AccountChange change) => WriteAsync(async known =>
    {
        if (known is null || known.Stamp != change.KnownStamp) return null;
        var isOther = known.PasswordHash != change.PasswordHash;
        var changed = known with
        {
            PasswordHash = change.PasswordHash,
            Stamp = change.Stamp,
            // What was opened under another stamp can be renewed no more.
            Sessions = known.Stamp == change.Stamp ? known.Sessions : Sessions.None,
            Failures = isOther ? 0 : _guesses.Wrong,
            LockedUntil = isOther ? null : _guesses.LockedUntil,
        };
        var written = await UpdateAsync(changed);
        if (isOther) _guesses.Forget();
        return written;
    });

    public async Task<Guess> BeginGuess(GuessLimits limits)
    {
        await OpenAsync();
        var (id, isAllowed) = await _guesses.BeginAsync(limits);
        try
        {
            // As it is now: it may have been changed while this one waited.
            return new Guess(id, isAllowed, await Find());
        }
        catch
        {
            _guesses.End(id, GuessVerdict.Untried);
            throw;
        }
    }

    public async Task<bool> EndGuess(Guid guess, GuessVerdict verdict, string stamp)
    {
        var (wrong, locked) = (_guesses.Wrong, _guesses.LockedUntil);
        var opens = _guesses.End(guess, verdict);
        var account = await OpenAsync();
        if (account is not null && (wrong, locked) != (_guesses.Wrong, _guesses.LockedUntil)) SaveSoon();
        if (account is not null && locked != _guesses.LockedUntil && _guesses.LockedUntil is { } until) LogLocked(logger, User, until);
        return opens && account?.Stamp == stamp;
    }

    public async Task<SessionTicket?> OpenSession(string stamp, TimeSpan lifetime)
    {
        SessionTicket? ticket = null;
        await WriteAsync(async known =>
        {
            if (known?.Stamp != stamp) return null;
            (var sessions, ticket) = Sessions.Open(known.Sessions, clock.GetUtcNow(), lifetime);
            return await UpdateAsync(known with { Sessions = sessions });
        });
        return ticket;
    }

    public async Task<SessionRenewal> RenewSession(string stamp, SessionTicket ticket, TimeSpan lifetime)
    {
        var (outcome, next) = (SessionOutcome.Ended, default(SessionTicket));
        await WriteAsync(async known =>
        {
            if (known?.Stamp != stamp) return null;
            (var sessions, outcome, next) = Sessions.Renew(known.Sessions, ticket, clock.GetUtcNow(), lifetime);
            return sessions == known.Sessions ? known : await UpdateAsync(known with { Sessions = sessions });
        });
        if (outcome == SessionOutcome.UsedBefore) LogUsedBefore(logger, User);
        return new SessionRenewal(outcome, next);
    }

    // A store that cannot answer refuses this call only; the next one asks again.
    private async Task<StoredAccount?> OpenAsync()
    {
        var opening = _opening ??= ReadAsync();
        try
        {
            return await opening;
        }
        catch when (_opening == opening)
        {
            _opening = null;
            throw;
        }
    }

    private async Task<StoredAccount?> ReadAsync()
    {
        var account = await store.FindAsync(User);
        if (account is not null) _guesses.Meet(account.Failures, account.LockedUntil);
        return account;
    }

    private async Task<Account?> WriteAsync(Func<StoredAccount?, Task<StoredAccount?>> write)
    {
        await _writing.WaitAsync();
        try
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    if (await write(await OpenAsync()) is not { } written) return null;
                    _opening = Task.FromResult<StoredAccount?>(written);
                    return ToAccount(written);
                }
                catch (AnotherVersionException) when (tries < MaxTries)
                {
                    // An activation that this one knows nothing of was here before.
                    _opening = null;
                }
            }
        }
        catch
        {
            // What is in the table now, only reading it again tells.
            _opening = null;
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<StoredAccount> UpdateAsync(StoredAccount account) => await store.UpdateAsync(account)
        ? account with { Version = account.Version + 1 }
        : throw new AnotherVersionException();

    private void SaveSoon()
    {
        _unsaved = true;
        if (_saving.IsCompleted) _saving = SaveAsync();
    }

    // One write for however many guesses have ended since the last.
    private async Task SaveAsync()
    {
        while (_unsaved)
        {
            _unsaved = false;
            try
            {
                await WriteAsync(async known => known is null
                    ? null
                    : await UpdateAsync(known with { Failures = _guesses.Wrong, LockedUntil = _guesses.LockedUntil }));
            }
            catch (Exception error)
            {
                // They count all the same, and the next guess that ends writes them.
                LogUnsaved(logger, User, error.Message);
            }
        }
    }

    private static Account? ToAccount(StoredAccount? account) =>
        account is null ? null : new Account(account.User, account.Name, account.PasswordHash, account.Stamp);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The wrong passwords of {User} were not written: {Reason}")]
    private static partial void LogUnsaved(ILogger logger, string user, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The account of {User} is locked until {Until:u}: too many wrong passwords in a row")]
    private static partial void LogLocked(ILogger logger, string user, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refresh token of {User} was used a second time; it may have been stolen, and its log-in has ended")]
    private static partial void LogUsedBefore(ILogger logger, string user);

    private sealed class AnotherVersionException() : Exception("the account was written by another activation");
}
