namespace OrleansChat.Accounts;

/// <summary>An account as a gateway sees it.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Name">The display name, if there is one.</param>
/// <param name="PasswordHash">The password, in the form of ASP.NET Core Identity's hasher.</param>
/// <param name="Stamp">Another one after each change of the password and each log-out everywhere: what refresh tokens carry.</param>
[GenerateSerializer, Immutable, Alias("chat.account")]
public sealed record Account(
    [property: Id(0)] string User,
    [property: Id(1)] string? Name,
    [property: Id(2)] string PasswordHash,
    [property: Id(3)] string Stamp)
{
    /// <summary>Names it in a log, and nothing else of it.</summary>
    public override string ToString() => $"account of {User}";
}

/// <summary>An account to be made.</summary>
/// <param name="Name">The display name, if there is one.</param>
/// <param name="PasswordHash">The password's hash.</param>
/// <param name="Stamp">The first stamp.</param>
[GenerateSerializer, Immutable, Alias("chat.new-account")]
public sealed record NewAccount(
    [property: Id(0)] string? Name,
    [property: Id(1)] string PasswordHash,
    [property: Id(2)] string Stamp)
{
    /// <summary>Names it in a log, and nothing else of it.</summary>
    public override string ToString() => "new account";
}

/// <summary>A change of what an account is opened with.</summary>
/// <param name="KnownStamp">The stamp that the account is believed to have.</param>
/// <param name="PasswordHash">The password's hash after it; the one that it was leaves failures and lock-out as they are.</param>
/// <param name="Stamp">The stamp after it.</param>
[GenerateSerializer, Immutable, Alias("chat.account-change")]
public sealed record AccountChange(
    [property: Id(0)] string KnownStamp,
    [property: Id(1)] string PasswordHash,
    [property: Id(2)] string Stamp)
{
    /// <summary>Names it in a log, and nothing else of it.</summary>
    public override string ToString() => "account change";
}
