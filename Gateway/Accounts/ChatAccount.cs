using OrleansChat.Accounts;

namespace OrleansChat.Gateway.Accounts;

/// <summary>An account in the hands of ASP.NET Core Identity, which changes it piece by piece before it stores it.</summary>
/// <param name="user">The user's id.</param>
internal sealed class ChatAccount(string user)
{
    public ChatAccount(Account account)
        : this(account.User)
    {
        (Name, PasswordHash, Stamp, KnownStamp) = (account.Name, account.PasswordHash, account.Stamp, account.Stamp);
    }

    public string User { get; } = user;

    public string? Name { get; init; }

    public string PasswordHash { get; set; } = "";

    public string Stamp { get; set; } = "";

    /// <summary>The stamp with which the account was read.</summary>
    public string KnownStamp { get; set; } = "";

    public override string ToString() => User;
}
