namespace OrleansChat.Rooms;

/// <summary>
/// A room: one writer, one order. The key is the room's id. Refusals come as <see cref="ChatException"/>; one with
/// <see cref="ChatErrorCode.Unavailable"/> means that the same call may succeed a little later.
/// </summary>
[Alias("chat.IRoomGrain")]
public interface IRoomGrain : IGrainWithStringKey
{
    /// <summary>Makes the user a member; creates a public room, or the user's own direct room, that does not exist.</summary>
    /// <param name="user">Who joins.</param>
    /// <param name="connection">The connection that asked, which needs no signal about it; none for other callers.</param>
    /// <param name="mayCreate">Whether a room that does not exist comes into being; if not it is refused.</param>
    [Alias("Join")]
    Task<RoomView> Join(string user, string? connection, bool mayCreate = true);

    /// <summary>Ends the user's membership. Leaving a room that one is not in succeeds.</summary>
    /// <param name="user">Who leaves.</param>
    /// <param name="connection">The connection that asked.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.LastOwner"/>: there are other members, and none of them is an owner.
    /// </exception>
    [Alias("Leave")]
    Task Leave(string user, string? connection);

    /// <summary>Creates a public or private room with the user as its owner.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadField"/>: it exists.</exception>
    [Alias("Create")]
    Task<RoomView> Create(string user, RoomKind kind, string? topic, string? connection);

    /// <summary>
    /// Numbers the drafts in their order and commits them. An outcome with a seq is on the disk; one with a key that
    /// was committed before carries the first one's seq, also when its sender may no longer write here.
    /// </summary>
    /// <exception cref="ChatException">
    /// All of them were refused; with <see cref="ChatErrorCode.Unavailable"/> they may nevertheless have been
    /// committed, which sending them again with their keys finds out.
    /// </exception>
    [Alias("Send")]
    Task<SendReply> Send(SendBatch batch);

    /// <summary>Moves the user's read cursor forward; backward it is left where it is.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadField"/>: beyond the newest event.</exception>
    [Alias("Read")]
    Task Read(string user, long seq);

    /// <summary>Tells the others that the user is typing, if it is time to.</summary>
    [Alias("Typing")]
    Task Typing(string user);

    /// <summary>
    /// The room as it stands: for its members, for administrators, and if it is public for everyone who is not banned.
    /// </summary>
    /// <param name="by">Who asks.</param>
    [Alias("Describe")]
    Task<RoomDescription> Describe(Actor by);

    /// <summary>
    /// A page of the members, for a member or an administrator. Who is muted is told to them, and to whoever may lift it.
    /// </summary>
    /// <param name="by">Who asks.</param>
    /// <param name="after">The last id of the page before.</param>
    /// <param name="limit">How many at most.</param>
    [Alias("Members")]
    Task<MemberPage> Members(Actor by, string? after, int limit);

    /// <summary>
    /// Invites, kicks, bans, mutes, lifts it, or gives a role; and notes it in the audit, in one transaction. What is
    /// so already stays so, and is noted once.
    /// </summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.LastOwner"/>: the room would be left without an owner.</exception>
    [Alias("Moderate")]
    Task Moderate(Moderation moderation);

    /// <summary>Sets the topic, archives the room or restores it, as an event of its log.</summary>
    /// <returns>The event's seq; 0 when it was so already, and nothing has happened.</returns>
    [Alias("Edit")]
    Task<long> Edit(RoomEdit edit);

    /// <summary>
    /// Lets one of the two users of this direct room block the other, or lifts it. While either has blocked the other
    /// nothing can be said here. The room need not exist.
    /// </summary>
    /// <param name="by">Which of the two.</param>
    /// <param name="blocked">Whether the other shall be blocked.</param>
    [Alias("Block")]
    Task Block(string by, bool blocked);

    /// <summary>Registers a route, keeps it alive, and says where the room stands.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.NoSuchRoom"/>: there is nothing to route.</exception>
    [Alias("Renew")]
    Task<RouteStatus> Renew(RouteRenewal renewal);

    /// <summary>Ends a route; the users it carried go offline in the room. One that is not known is no error.</summary>
    [Alias("CloseRoute")]
    Task CloseRoute(string route);
}
