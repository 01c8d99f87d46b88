namespace OrleansChat.Accounts;

/// <summary>
/// An account: one writer, so that of two who register an id one gets it, and wrong passwords are counted one by one.
/// The key is the user's id. There is a grain for every id, whether there is an account or not, and from outside the
/// two look the same until a password was right.
/// </summary>
[Alias("chat.IAccountGrain")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>The account, if there is one.</summary>
    [Alias("Find")]
    Task<Account?> Find();

    /// <summary>Makes the account.</summary>
    /// <returns>Nothing when the id is taken, or one that differs in case or compatibility form alone.</returns>
    [Alias("Create")]
    Task<Account?> Create(NewAccount account);

    /// <summary>Gives the account another password hash and stamp, if its stamp is still the one that the caller knows.</summary>
    /// <returns>Nothing when it is not, or there is no account.</returns>
    [Alias("Change")]
    Task<Account?> Change(AccountChange change);

    /// <summary>
    /// Asks to try a password, and waits for its turn: of guesses made at once, each finds those before it counted.
    /// </summary>
    /// <returns>What to try it against. Each guess has to be ended, whatever became of it.</returns>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unavailable"/>: too many are waiting.</exception>
    [Alias("BeginGuess")]
    Task<Guess> BeginGuess(GuessLimits limits);

    /// <summary>Tells what became of a guess.</summary>
    /// <param name="guess">Its id.</param>
    /// <param name="verdict">What became of it.</param>
    /// <param name="stamp">The stamp of the account against which it was tried.</param>
    /// <returns>Whether it opens the account: it was right, it was allowed, and the stamp is still this one.</returns>
    [Alias("EndGuess")]
    Task<bool> EndGuess(Guid guess, GuessVerdict verdict, string stamp);

    /// <summary>Opens a session: a log-in, of whose refresh tokens each is good once. Of very many the one is ended that was longest not renewed.</summary>
    /// <param name="stamp">The stamp that the account is believed to have.</param>
    /// <param name="lifetime">When it ends if it is not renewed.</param>
    /// <returns>Its first ticket; nothing when the stamp is another one, or there is no account.</returns>
    [Alias("OpenSession")]
    Task<SessionTicket?> OpenSession(string stamp, TimeSpan lifetime);

    /// <summary>
    /// Takes a ticket for the next one. The one before is good for some moments more, and gives the same: an answer may
    /// have been lost, or two windows of a browser may have asked. One that is older ends the session, for two have it.
    /// </summary>
    /// <param name="stamp">The stamp under which the session was opened.</param>
    /// <param name="ticket">The ticket.</param>
    /// <param name="lifetime">When the session ends if it is not renewed again.</param>
    [Alias("RenewSession")]
    Task<SessionRenewal> RenewSession(string stamp, SessionTicket ticket, TimeSpan lifetime);
}

/// <summary>How many wrong passwords lock an account, and for how long.</summary>
/// <param name="Wrong">How many in a row.</param>
/// <param name="Lockout">For how long.</param>
[GenerateSerializer, Immutable, Alias("chat.guess-limits")]
public sealed record GuessLimits(
    [property: Id(0)] int Wrong,
    [property: Id(1)] TimeSpan Lockout);

/// <summary>A guess that may be tried.</summary>
/// <param name="Id">What it is ended with.</param>
/// <param name="IsAllowed">Whether it can open the account; not while the account is locked.</param>
/// <param name="Account">What to try it against; none when there is no account.</param>
[GenerateSerializer, Immutable, Alias("chat.guess")]
public sealed record Guess(
    [property: Id(0)] Guid Id,
    [property: Id(1)] bool IsAllowed,
    [property: Id(2)] Account? Account);

/// <summary>What became of a guess.</summary>
public enum GuessVerdict
{
    /// <summary>Another password; counted.</summary>
    Wrong,

    /// <summary>The password. The count begins anew.</summary>
    Right,

    /// <summary>It was not tried, and is not counted.</summary>
    Untried,
}
