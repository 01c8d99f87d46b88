using System.Collections.Immutable;
using System.Globalization;

namespace OrleansChat.Users;

/// <summary>Whether the server lets a user in, whatever rooms say.</summary>
/// <param name="TokensFrom">Tokens issued before this are no longer valid.</param>
/// <param name="SuspendedUntil">Until when the user is kept out.</param>
[GenerateSerializer, Immutable, Alias("chat.user-access")]
public sealed record UserAccess(
    [property: Id(0)] DateTimeOffset? TokensFrom,
    [property: Id(1)] DateTimeOffset? SuspendedUntil)
{
    /// <summary>Of a user of whom nothing is known.</summary>
    public static UserAccess Open { get; } = new(null, null);

    /// <summary>Why the user is not let in, if they are not.</summary>
    /// <param name="issuedAt">When the token was issued with which they come; none for who comes without a token.</param>
    /// <param name="now">The time.</param>
    public ChatException? Refusal(DateTimeOffset? issuedAt, DateTimeOffset now)
    {
        if (SuspendedUntil is { } until && until > now)
            return new ChatException(ChatErrorCode.Suspended, $"an administrator has suspended you{Until(until)}");
        return issuedAt < TokensFrom
            ? new ChatException(ChatErrorCode.Unauthorized, "the token was revoked: you were logged out everywhere, or your password was changed")
            : null;
    }

    private static string Until(DateTimeOffset until) =>
        until.Year == 9999 ? "" : until.UtcDateTime.ToString("' until 'yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}

/// <summary>Some or all connections of a user are to end now, and not to come back by themselves.</summary>
/// <param name="User">The user.</param>
/// <param name="Access">What the user's connections have to be worth.</param>
/// <param name="Connections">
/// Those that end though they would be let in again. They are named, for it may arrive late: whoever has come back since stays.
/// </param>
/// <param name="Reason">A few words for whoever is sent away.</param>
[GenerateSerializer, Immutable, Alias("chat.expulsion")]
public sealed record Expulsion(
    [property: Id(0)] string User,
    [property: Id(1)] UserAccess Access,
    [property: Id(4)] ImmutableArray<string> Connections,
    [property: Id(3)] string Reason);

/// <summary>A connection of a user.</summary>
/// <param name="Connection">Its id.</param>
/// <param name="Gateway">The gateway that holds it: to administrators by its name, to the user by the random end of that.</param>
/// <param name="Since">Since when the user's grain has known of it, which a failure of its silo can make later than it is.</param>
[GenerateSerializer, Immutable, Alias("chat.user-connection")]
public sealed record UserConnection(
    [property: Id(0)] string Connection,
    [property: Id(1)] string Gateway,
    [property: Id(2)] DateTimeOffset Since);

/// <summary>What the user's grain answers to a renewal of leases.</summary>
/// <param name="Version">The version of the last notice; a gateway that has another reads the list of rooms again.</param>
/// <param name="Access">What the connections have to be worth; a gateway ends those that are not.</param>
[GenerateSerializer, Immutable, Alias("chat.user-renewal")]
public sealed record UserRenewal(
    [property: Id(0)] long Version,
    [property: Id(1)] UserAccess Access);
