using System.Collections.Immutable;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Storage;

/// <summary>
/// Reads what was committed. A read that begins after a write has completed sees it.
/// </summary>
/// <remarks>All calls throw <see cref="StoreUnavailableException"/> when the store cannot read.</remarks>
public interface IChatReader
{
    /// <summary>Events after a seq, ascending, the oldest of them.</summary>
    Task<EventPage> ReadAfterAsync(string room, long after, int limit);

    /// <summary>Events before a seq, ascending, the newest of them.</summary>
    Task<EventPage> ReadBeforeAsync(string room, long before, int limit);

    /// <summary>Which drafts a sender has sent to a room before, by their keys.</summary>
    /// <returns>
    /// For each draft what sending it again is answered; nothing where it has no key, or one that this sender has not used.
    /// </returns>
    Task<ImmutableArray<SendOutcome?>> FindSentAsync(string room, string sender, ImmutableArray<Draft> drafts);

    /// <summary>What a user is to a room.</summary>
    /// <returns>Nothing when there is no such room.</returns>
    Task<Standing?> FindStandingAsync(string room, string user);

    /// <summary>A page of a room's members, in the order of their ids, all of them shown as offline.</summary>
    Task<MemberPage> ListMembersAsync(string room, string? after, int limit);

    /// <summary>All rooms of a user, in the order of their ids.</summary>
    Task<ImmutableArray<RoomEntry>> ListRoomsOfAsync(string user);

    /// <summary>How many rooms a user has, counted up to a number.</summary>
    Task<int> CountRoomsOfAsync(string user, int atMost);

    /// <summary>Whether two users are members of the same room.</summary>
    /// <param name="one">One of them.</param>
    /// <param name="other">The other.</param>
    /// <param name="within">The rooms that count; all of them when absent.</param>
    Task<bool> ShareRoomAsync(string one, string other, ImmutableArray<string>? within);

    /// <summary>A page of public rooms and those of a user; for an administrator all private ones too.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="query">A part of the id or the topic.</param>
    /// <param name="after">The last id of the page before.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="within">The rooms that may be listed; all when absent.</param>
    /// <exception cref="ChatException">
    /// Too many read all rooms at the moment (<see cref="ChatErrorCode.Unavailable"/>), or this user too much
    /// (<see cref="ChatErrorCode.RateLimited"/>).
    /// </exception>
    Task<RoomListing> ListRoomsAsync(Actor by, string? query, string? after, int limit, ImmutableArray<string>? within = null);

    /// <summary>A page of what was done to a room, ascending.</summary>
    Task<AuditPage> ListAuditAsync(string room, long after, int limit);

    /// <summary>Whether either of two users has blocked the other.</summary>
    Task<bool> IsBlockedAsync(string one, string other);

    /// <summary>A page of the users whom a user has blocked, in the order of their ids.</summary>
    Task<BlockPage> ListBlocksAsync(string user, string? after, int limit);

    /// <summary>
    /// Counts the rooms, and by what each knows of itself their members and events. Reads all of the rooms, a
    /// part at a time: however many there are, it comes to an end.
    /// </summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Unavailable"/>: too many read all rooms at the moment.</exception>
    Task<RoomCounts> CountAsync();

    /// <summary>What is kept of a user.</summary>
    /// <returns>Nothing when nothing is.</returns>
    Task<UserProfile?> FindUserAsync(string user);
}

/// <summary>What is kept of a user.</summary>
/// <param name="Name">The display name, if there is one.</param>
/// <param name="Access">Whether the server lets them in.</param>
public sealed record UserProfile(string? Name, UserAccess Access);

/// <summary>What a user is to a room that exists.</summary>
/// <param name="Kind">The room's kind.</param>
/// <param name="Role">The user's role; none when not a member.</param>
/// <param name="ReadSeq">How far the user has read.</param>
/// <param name="MutedUntil">Until when the user may not write.</param>
/// <param name="BannedUntil">Until when the user may not enter.</param>
public sealed record Standing(
    RoomKind Kind, MemberRole? Role, long ReadSeq, DateTimeOffset? MutedUntil, DateTimeOffset? BannedUntil);
