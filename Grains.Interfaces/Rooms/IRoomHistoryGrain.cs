namespace OrleansChat.Rooms;

/// <summary>
/// Reads a room's log from the store, in as many activations as it takes, so that reading never queues behind
/// writing. The key is the room's id.
/// </summary>
[Alias("chat.IRoomHistoryGrain")]
public interface IRoomHistoryGrain : IGrainWithStringKey
{
    /// <summary>A page for a member, or an administrator.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="before">Events before this seq, the newest of them; or</param>
    /// <param name="after">events after this one, the oldest of them. Neither: the newest.</param>
    /// <param name="limit">How many at most.</param>
    /// <exception cref="ChatException">The user may not read this room.</exception>
    [Alias("Page")]
    Task<EventPage> Page(Actor by, long? before, long? after, int limit);

    /// <summary>A page of what was done to the room and its members, for owners, moderators and administrators.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="after">The last id of the page before; none for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <exception cref="ChatException">The user may not read it.</exception>
    [Alias("Audit")]
    Task<AuditPage> Audit(Actor by, long? after, int limit);

    /// <summary>Events after a seq, for a gateway that carries members of the room.</summary>
    /// <param name="after">The seq that the gateway has.</param>
    /// <param name="limit">How many at most.</param>
    [Alias("Pull")]
    Task<EventPage> Pull(long after, int limit);
}
