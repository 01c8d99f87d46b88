namespace OrleansChat.Grains.Storage;

/// <summary>Where accounts are kept.</summary>
/// <remarks>All calls throw <see cref="StoreUnavailableException"/> when the store cannot do it.</remarks>
public interface IAccountStore
{
    /// <summary>A user's account, if there is one.</summary>
    Task<StoredAccount?> FindAsync(string user);

    /// <summary>How many accounts there are. Reads an index of them all.</summary>
    Task<long> CountAsync();

    /// <summary>Inserts an account as its version 1, and keeps its display name, in one step.</summary>
    /// <returns>Whether it did; not when the id or its folded form is taken.</returns>
    Task<bool> CreateAsync(StoredAccount account);

    /// <summary>Writes an account over the one with its <see cref="StoredAccount.Version"/>, as the next version.</summary>
    /// <returns>Whether it did; not when there is another version by now, or none.</returns>
    Task<bool> UpdateAsync(StoredAccount account);
}

/// <summary>An account.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Folded">What it has in common with ids that differ in case alone: <see cref="ChatId.Fold"/>.</param>
/// <param name="Name">The user's display name, if there is one; kept with the user, and written only on creation.</param>
/// <param name="PasswordHash">The password's hash.</param>
/// <param name="Stamp">Another one after each change of the password.</param>
/// <param name="Failures">Wrong passwords since the last right one.</param>
/// <param name="LockedUntil">Until when no password opens it.</param>
/// <param name="Sessions">The log-ins that can be renewed, as the account's grain writes them.</param>
/// <param name="Version">The number of its writes.</param>
/// <param name="CreatedAt">Since when it is there; never written again.</param>
public sealed record StoredAccount(
    string User,
    string Folded,
    string? Name,
    string PasswordHash,
    string Stamp,
    int Failures,
    DateTimeOffset? LockedUntil,
    string Sessions,
    long Version,
    DateTimeOffset CreatedAt)
{
    /// <summary>Names it in a log, and nothing else of it.</summary>
    public override string ToString() => $"account of {User}, version {Version}";
}
