namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// The ids of users who have no account here: those of applications, and of other issuers. Anybody may register whatever
/// id is free, and two who prove the same id in two ways are one user. So where there are accounts beside other ways in,
/// an id is foreign or may be registered, and never both: by <see cref="AuthOptions.ForeignPrefix"/> alone, so that no
/// gateway has to ask who came first.
/// </summary>
internal static class ForeignIds
{
    /// <summary>Nothing keeps them apart.</summary>
    public const string Any = "*";

    /// <summary>Whether an account may have this id.</summary>
    public static bool MayBeRegistered(this AuthOptions auth, string user) => !AreApart(auth) || !HasPrefix(auth, user);

    /// <summary>Whether somebody without an account may have this id.</summary>
    public static bool MayBeForeign(this AuthOptions auth, string user) => !AreApart(auth) || HasPrefix(auth, user);

    // Folded: nobody shall look like one of them either.
    private static bool HasPrefix(AuthOptions auth, string user) =>
        ChatId.Fold(user).StartsWith(ChatId.Fold(auth.ForeignPrefix!), StringComparison.Ordinal);

    private static bool AreApart(AuthOptions auth) => auth.ForeignPrefix is not (null or Any);
}
