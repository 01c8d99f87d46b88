using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Users;

/// <summary>A user: which connections there are and where, and which rooms. The key is the user's id.</summary>
[Alias("chat.IUserGrain")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Registers a connection and gives what its first frame says.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.RateLimited"/>: the user has as many as are allowed. <see cref="ChatErrorCode.Suspended"/>,
    /// <see cref="ChatErrorCode.Unauthorized"/>: as <see cref="Admit"/> says.
    /// </exception>
    [Alias("Connect")]
    Task<UserSession> Connect(ConnectionRequest request);

    /// <summary>Forgets a connection. One that is not known is no error.</summary>
    [Alias("Disconnect")]
    Task Disconnect(string connection);

    /// <summary>Renews the leases of a gateway's connections, and registers again those that were lost.</summary>
    [Alias("Renew"), ResponseTimeout("00:00:04")]
    Task<UserRenewal> Renew(string gateway, IGatewayObserver observer, ImmutableArray<string> connections);

    /// <summary>The rooms that the user is a member of, and the version of the last notice that they include.</summary>
    [Alias("Rooms")]
    Task<UserSession> Rooms();

    /// <summary>Tells the user's connections of a change that a room has committed.</summary>
    [Alias("RoomChanged")]
    Task RoomChanged(RoomChange change);

    /// <summary>Lets in a request, as <see cref="Connect"/> does a connection.</summary>
    /// <param name="issuedAt">When its token was issued; none for who comes without one.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.Suspended"/>: the user is kept out. <see cref="ChatErrorCode.Unauthorized"/>: the token was revoked.
    /// </exception>
    [Alias("Admit")]
    Task<UserAccess> Admit(DateTimeOffset? issuedAt);

    /// <summary>
    /// Makes worthless all tokens issued until now, and ends the connections that came with them. Tokens to be issued
    /// afterwards must bear a time that is not before the one it answers with, a moment from now: the clocks of
    /// gateways are not quite the same.
    /// </summary>
    /// <param name="by">Who does it.</param>
    /// <param name="reason">Why, for the audit and for whoever is sent away.</param>
    [Alias("Revoke")]
    Task<UserAccess> Revoke(string by, string? reason);

    /// <summary>Keeps the user out of the server, and ends all connections.</summary>
    /// <param name="by">Who does it.</param>
    /// <param name="until">Until when; for good without.</param>
    /// <param name="reason">Why.</param>
    [Alias("Suspend")]
    Task Suspend(string by, DateTimeOffset? until, string? reason);

    /// <summary>Lets a suspended user in again.</summary>
    [Alias("Unsuspend")]
    Task Unsuspend(string by, string? reason);

    /// <summary>Ends all connections of this moment. The user may come back.</summary>
    /// <returns>How many there were.</returns>
    [Alias("DisconnectAll")]
    Task<int> DisconnectAll(string by, string? reason);

    /// <summary>The user's connections, on all gateways.</summary>
    [Alias("Connections")]
    Task<ImmutableArray<UserConnection>> Connections();

    /// <summary>Takes some of a budget, if there is enough of it. Whoever sends commands is waiting for the answer.</summary>
    [Alias("Spend"), ResponseTimeout("00:00:02")]
    Task<BudgetGrant> Spend(BudgetRequest request);

    /// <summary>Gives back one that was spent for nothing.</summary>
    [Alias("Return"), ResponseTimeout("00:00:02")]
    Task Return(UserBudget budget);

    /// <summary>Whether the user is online: for themselves, for administrators, and for those in a room with them.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="within">The rooms that count; all of them when absent.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.Forbidden"/>: who asks may not know, not even whether there is such a user.
    /// </exception>
    [Alias("Presence")]
    Task<UserPresence> Presence(Actor by, ImmutableArray<string>? within);
}

/// <summary>A connection that asks to be registered.</summary>
/// <param name="Connection">Its id, never used twice.</param>
/// <param name="Gateway">The gateway process that holds it.</param>
/// <param name="Observer">Where that gateway takes notices.</param>
/// <param name="Name">The display name that the user gave, if any.</param>
/// <param name="Limit">How many connections a user may have at once.</param>
/// <param name="IssuedAt">When the token was issued with which it comes; none without a token.</param>
[GenerateSerializer, Immutable, Alias("chat.connection-request")]
public sealed record ConnectionRequest(
    [property: Id(0)] string Connection,
    [property: Id(1)] string Gateway,
    [property: Id(2)] IGatewayObserver Observer,
    [property: Id(3)] string? Name,
    [property: Id(4)] int Limit,
    [property: Id(5)] DateTimeOffset? IssuedAt = null);

/// <summary>What a connection needs to know of its user.</summary>
/// <param name="Name">The display name, if any.</param>
/// <param name="Version">The version of the last notice that <paramref name="Rooms"/> includes.</param>
/// <param name="Rooms">The rooms that the user is a member of, in the order of their ids.</param>
[GenerateSerializer, Immutable, Alias("chat.user-session")]
public sealed record UserSession(
    [property: Id(0)] string? Name,
    [property: Id(1)] long Version,
    [property: Id(2)] ImmutableArray<RoomEntry> Rooms);
