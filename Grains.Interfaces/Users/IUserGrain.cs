using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Users;

/// <summary>A user: which connections there are and where, and which rooms. The key is the user's id.</summary>
[Alias("chat.IUserGrain")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>Registers a connection and gives what its first frame says.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: the user has as many as are allowed.</exception>
    [Alias("Connect")]
    Task<UserSession> Connect(ConnectionRequest request);

    /// <summary>Forgets a connection. One that is not known is no error.</summary>
    [Alias("Disconnect")]
    Task Disconnect(string connection);

    /// <summary>Renews the leases of a gateway's connections, and registers again those that were lost.</summary>
    /// <returns>The version of the last notice; a gateway that has another reads <see cref="Rooms"/> again.</returns>
    [Alias("Renew"), ResponseTimeout("00:00:04")]
    Task<long> Renew(string gateway, IGatewayObserver observer, ImmutableArray<string> connections);

    /// <summary>The rooms that the user is a member of, and the version of the last notice that they include.</summary>
    [Alias("Rooms")]
    Task<UserSession> Rooms();

    /// <summary>Tells the user's connections of a change that a room has committed.</summary>
    [Alias("RoomChanged")]
    Task RoomChanged(RoomChange change);
}

/// <summary>A connection that asks to be registered.</summary>
/// <param name="Connection">Its id, never used twice.</param>
/// <param name="Gateway">The gateway process that holds it.</param>
/// <param name="Observer">Where that gateway takes notices.</param>
/// <param name="Name">The display name that the user gave, if any.</param>
/// <param name="Limit">How many connections a user may have at once.</param>
[GenerateSerializer, Immutable, Alias("chat.connection-request")]
public sealed record ConnectionRequest(
    [property: Id(0)] string Connection,
    [property: Id(1)] string Gateway,
    [property: Id(2)] IGatewayObserver Observer,
    [property: Id(3)] string? Name,
    [property: Id(4)] int Limit);

/// <summary>What a connection needs to know of its user.</summary>
/// <param name="Name">The display name, if any.</param>
/// <param name="Version">The version of the last notice that <paramref name="Rooms"/> includes.</param>
/// <param name="Rooms">The rooms that the user is a member of, in the order of their ids.</param>
[GenerateSerializer, Immutable, Alias("chat.user-session")]
public sealed record UserSession(
    [property: Id(0)] string? Name,
    [property: Id(1)] long Version,
    [property: Id(2)] ImmutableArray<RoomEntry> Rooms);
