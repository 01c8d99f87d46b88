using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OrleansChat.Accounts;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Limits;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// What can be done with accounts. A log-in is the same work and the same answer whether there is no such user, the
/// password is another one, or the account is locked: one guess begun, one hash, one guess ended.
/// </summary>
internal sealed class AccountDesk(
    UserManager<ChatAccount> users,
    IPasswordHasher<ChatAccount> hasher,
    PasswordWork work,
    RegistrationLimit registrations,
    Decoy decoy,
    ChatTokens tokens,
    RefreshTokens refreshTokens,
    IGrainFactory grains,
    IOptions<AuthOptions> auth)
{
    private const int MaxTries = 3;

    /// <summary>Makes an account.</summary>
    /// <param name="user">The id.</param>
    /// <param name="name">The display name.</param>
    /// <param name="password">The password.</param>
    /// <param name="from">Whose attempt it is.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.BadField"/>: the id is taken, or the password too easy. <see cref="ChatErrorCode.Forbidden"/>: the
    /// id gives rights, or is of those who have no account.
    /// </exception>
    public async Task<IssuedTokens> RegisterAsync(string user, string? name, string password, ClientAddress from)
    {
        // Whoever came first would be one: an administrator registers, and is made one after that.
        if (IsReserved(user))
            throw new ChatException(ChatErrorCode.Forbidden, $"'{user}' is an administrator's or an application's name and cannot be registered", "user");
        if (!auth.Value.MayBeRegistered(user))
            throw new ChatException(ChatErrorCode.Forbidden, $"'{user}' begins like the ids of those who come with a token from elsewhere, and cannot be registered", "user");
        var account = new ChatAccount(user) { Name = name };
        await CheckAsync(account, "password", password);
        using (var place = Enter(from)) account.PasswordHash = await HashAsync(place, account, password);
        var created = await users.CreateAsync(account);
        if (!created.Succeeded) throw new ChatException(ChatErrorCode.BadField, $"'{user}' is taken, or differs from a taken one in case alone", "user");
        return await IssueAsync(account, await User(user).Admit(issuedAt: null));
    }

    /// <summary>Logs a user in.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unauthorized"/>: for whichever reason.</exception>
    public async Task<IssuedTokens> LogInAsync(string user, string password)
    {
        using var place = work.Enter();
        var (account, verdict) = await GuessAsync(place, user, password);
        // It may have been registered before such ids were kept for others.
        if (account is null || !auth.Value.MayBeRegistered(user)) throw new ChatException(ChatErrorCode.Unauthorized, "there is no such user with this password, or the account is locked for some minutes");
        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
        {
            // Under the same stamp: nobody is logged out by it. If it does not come about, the next log-in does it.
            account.PasswordHash = await HashAsync(place, account, password);
            await users.UpdateAsync(account);
        }

        return await IssueAsync(account, await User(account.User).Admit(issuedAt: null));
    }

    /// <summary>Gives new tokens for a refresh token, which is good once.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unauthorized"/>: it is good for nothing any more.</exception>
    public async Task<IssuedTokens> RefreshAsync(string refreshToken)
    {
        var token = refreshTokens.Read(refreshToken);
        if (await users.FindByIdAsync(token.User) is not { } account || account.Stamp != token.Stamp || !auth.Value.MayBeRegistered(token.User)) throw LoggedOut();
        // Before it is used up: who is kept out for a time has it still when they come back.
        var access = await User(token.User).Admit(token.IssuedAt);
        var issued = Issue(account, access);
        var renewal = await Account(token.User).RenewSession(token.Stamp, token.Ticket, refreshTokens.Lifetime);
        if (renewal.Next is { } next) return Answer(account, issued, next);
        throw renewal.Outcome == SessionOutcome.UsedBefore
            ? new ChatException(ChatErrorCode.Unauthorized, "the refresh token was used before, which somebody else may have done; log in again", "refreshToken")
            : LoggedOut();
    }

    /// <summary>Gives the caller another password. All tokens until now end, and all connections that came with them.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadField"/>: the current one is another, or the next too easy.</exception>
    public async Task<IssuedTokens> ChangePasswordAsync(Caller caller, string current, string next)
    {
        await AdmitAsync(caller);
        using var place = work.Enter();
        var (account, _) = await GuessAsync(place, caller.User, current);
        if (account is null)
            throw new ChatException(ChatErrorCode.BadField, "current is not your password, or the account is locked for some minutes", "current");
        await CheckAsync(account, "new", next);
        account.PasswordHash = await HashAsync(place, account, next);
        var changed = await users.UpdateSecurityStampAsync(account);
        if (!changed.Succeeded) throw Changed();
        return await IssueAsync(account, await User(caller.User).Revoke(caller.User, "the password was changed"));
    }

    /// <summary>Ends all tokens of the caller, and all connections that came with them.</summary>
    public async Task LogOutAsync(Caller caller)
    {
        await AdmitAsync(caller);
        for (var tries = 1; ; tries++)
        {
            // None: a user of an application has tokens and no account.
            if (await users.FindByIdAsync(caller.User) is not { } account) break;
            if ((await users.UpdateSecurityStampAsync(account)).Succeeded) break;
            if (tries == MaxTries) throw Changed();
        }

        await User(caller.User).Revoke(caller.User, "logged out everywhere");
    }

    /// <returns>The account, if the password opens it; and what the hasher said of the password.</returns>
    private async Task<(ChatAccount? Account, PasswordVerificationResult Verdict)> GuessAsync(
        PasswordWork.Place place, string user, string password)
    {
        var grain = Account(user);
        var guess = await grain.BeginGuess(new GuessLimits(auth.Value.LockoutFailures, TimeSpan.FromMinutes(auth.Value.LockoutMinutes)));
        var account = guess.Account is { } found ? new ChatAccount(found) : decoy.Account;
        PasswordVerificationResult verdict;
        try
        {
            verdict = await place.RunAsync(() => hasher.VerifyHashedPassword(account, account.PasswordHash, password));
        }
        catch
        {
            await grain.EndGuess(guess.Id, GuessVerdict.Untried, account.Stamp);
            throw;
        }

        var isRight = verdict != PasswordVerificationResult.Failed;
        var opens = await grain.EndGuess(guess.Id, isRight ? GuessVerdict.Right : GuessVerdict.Wrong, account.Stamp);
        return (opens ? account : null, verdict);
    }

    private PasswordWork.Place Enter(ClientAddress registering)
    {
        try
        {
            return work.Enter();
        }
        catch (ChatException)
        {
            registrations.Return(registering);
            throw;
        }
    }

    private async Task CheckAsync(ChatAccount account, string field, string password)
    {
        foreach (var validator in users.PasswordValidators)
        {
            var result = await validator.ValidateAsync(users, account, password);
            if (!result.Succeeded)
                throw new ChatException(ChatErrorCode.BadField, string.Join(" ", result.Errors.Select(error => error.Description)), field);
        }
    }

    private Task<string> HashAsync(PasswordWork.Place place, ChatAccount account, string password) =>
        place.RunAsync(() => hasher.HashPassword(account, password));

    private bool IsReserved(string user) =>
        auth.Value.Administrators.Concat(auth.Value.ApiKeys.Select(key => key.Name)).Any(name => ChatId.Fold(name) == ChatId.Fold(user));

    private Task<UserAccess> AdmitAsync(Caller caller)
    {
        caller.Scope.CheckAll();
        return User(caller.User).Admit(caller.IssuedAt);
    }

    // The token first, and then the look at the account as it is now: whoever changes the password or ends the tokens
    // after that look ends one that was issued before it.
    private async Task<IssuedTokens> IssueAsync(ChatAccount account, UserAccess access)
    {
        var issued = Issue(account, access);
        var ticket = await Account(account.User).OpenSession(account.Stamp, refreshTokens.Lifetime) ?? throw Changed();
        return Answer(account, issued, ticket);
    }

    private IssuedToken Issue(ChatAccount account, UserAccess access) => tokens.Issue(
        account.User, account.Name, TimeSpan.FromMinutes(auth.Value.AccessMinutes), rooms: null, access.TokensFrom);

    private IssuedTokens Answer(ChatAccount account, IssuedToken issued, SessionTicket ticket) => new(
        account.User,
        account.Name,
        issued.Token,
        (long)issued.Lifetime.TotalSeconds,
        refreshTokens.Issue(account.User, account.Stamp, ticket, issued.IssuedAt));

    private static ChatException Changed() =>
        new(ChatErrorCode.Unavailable, "the account was changed at the same moment; try again");

    private static ChatException LoggedOut() => new(
        ChatErrorCode.Unauthorized, "you were logged out everywhere, or your password was changed; log in again", "refreshToken");

    private IAccountGrain Account(string user) => grains.GetGrain<IAccountGrain>(user);

    private IUserGrain User(string user) => grains.GetGrain<IUserGrain>(user);
}
