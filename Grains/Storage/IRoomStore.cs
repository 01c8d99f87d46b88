using System.Collections.Immutable;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage;

/// <summary>
/// Where rooms are written. Every call that changes a room carries a <see cref="RoomFence"/> and commits only while
/// no later activation has opened the room; a call that completes is on the disk.
/// </summary>
/// <remarks>
/// All calls throw <see cref="FencedException"/> when a later activation has opened the room (nothing was written),
/// and <see cref="StoreUnavailableException"/> when the store cannot write.
/// </remarks>
public interface IRoomStore
{
    /// <summary>Opens a room for a new activation: all earlier ones are fenced from here on.</summary>
    /// <returns>The room as it stands, or nothing when there is no such room.</returns>
    Task<RoomHead?> OpenAsync(string room);

    /// <summary>Creates a room with its first member and opens it, in one step.</summary>
    /// <returns>The room, or nothing when it exists already.</returns>
    Task<RoomHead?> CreateAsync(NewRoom room);

    /// <summary>Numbers and inserts the drafts that were not committed before, in their order.</summary>
    Task<AppendResult> AppendAsync(AppendRequest request);

    /// <summary>
    /// Inserts the event with the next seq, and moves what it says into the room itself: its topic, or whether it is
    /// archived.
    /// </summary>
    Task EditAsync(EditRequest request);

    /// <summary>
    /// Makes a user a member, or leaves the membership as it is when there is one. Not one who is banned at that time, also
    /// when the ban was committed after the caller looked for it.
    /// </summary>
    /// <param name="fence">The room and the activation that writes.</param>
    /// <param name="member">The member.</param>
    /// <param name="audit">Who made them one, if it was somebody else.</param>
    /// <returns>Whether there is a new member.</returns>
    Task<bool> AddMemberAsync(RoomFence fence, NewMember member, AuditRecord? audit = null);

    /// <summary>Ends a membership; not that of the last owner, unless they leave by themselves and nobody else is there.</summary>
    /// <param name="fence">The room and the activation that writes.</param>
    /// <param name="user">The member.</param>
    /// <param name="audit">Who ended it; none when they leave by themselves.</param>
    Task<MemberChange> RemoveMemberAsync(RoomFence fence, string user, AuditRecord? audit = null);

    /// <summary>Gives a member another role; not the last owner.</summary>
    Task<MemberChange> SetRoleAsync(RoomFence fence, string user, MemberRole role, AuditRecord audit);

    /// <summary>Moves a member's read cursor, never backward.</summary>
    /// <returns>Whether it moved.</returns>
    Task<bool> SetReadSeqAsync(RoomFence fence, string user, long seq);

    /// <summary>Sets until when a member is muted; nothing lifts it.</summary>
    /// <returns>Whether it was otherwise before.</returns>
    Task<bool> SetMutedAsync(RoomFence fence, string user, DateTimeOffset? until, AuditRecord audit);

    /// <summary>Bans a user and ends the membership, in one step; not the last owner's.</summary>
    Task<MemberChange> BanAsync(RoomFence fence, Ban ban);

    /// <summary>Lifts a ban.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> UnbanAsync(RoomFence fence, string user, AuditRecord audit);
}

/// <summary>A room and the activation that may write to it.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Epoch">The number that opening it gave to this activation.</param>
public readonly record struct RoomFence(string Room, long Epoch);

/// <summary>A room as opening it finds it.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Log">The incarnation of its log.</param>
/// <param name="Kind">Who may enter it.</param>
/// <param name="Topic">What it is about.</param>
/// <param name="Epoch">The fence of the activation that opened it.</param>
/// <param name="LastSeq">The newest seq.</param>
/// <param name="LastAt">The newest event's time.</param>
/// <param name="Members">How many members it has.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="ArchivedAt">Since when nothing can be said in it.</param>
public sealed record RoomHead(
    string Room,
    string Log,
    RoomKind Kind,
    string? Topic,
    long Epoch,
    long LastSeq,
    DateTimeOffset LastAt,
    long Members,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ArchivedAt);

/// <summary>A room to be created.</summary>
/// <param name="Room">Its id.</param>
/// <param name="Log">A name for this incarnation of its log, never used before.</param>
/// <param name="Kind">Who may enter it.</param>
/// <param name="Topic">What it is about.</param>
/// <param name="Creator">Its first member.</param>
/// <param name="Role">That member's role.</param>
/// <param name="At">When.</param>
public sealed record NewRoom(
    string Room, string Log, RoomKind Kind, string? Topic, string Creator, MemberRole Role, DateTimeOffset At);

/// <summary>A member to be added.</summary>
/// <param name="User">The user.</param>
/// <param name="Role">The role.</param>
/// <param name="ReadSeq">Where the read cursor starts.</param>
/// <param name="At">When.</param>
public sealed record NewMember(string User, MemberRole Role, long ReadSeq, DateTimeOffset At);

/// <summary>A ban.</summary>
/// <param name="User">Who is banned.</param>
/// <param name="Until">Until when.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why, if that was said.</param>
public sealed record Ban(string User, DateTimeOffset Until, string By, DateTimeOffset At, string? Reason = null)
{
    /// <summary>What the audit is told.</summary>
    internal AuditRecord ToRecord(string room) => new(At, room, "ban", By, User, Until, Reason: Reason);
}

/// <summary>An event that changes the room as a whole.</summary>
/// <param name="Fence">The room and the activation that writes.</param>
/// <param name="Event">The event; another newest seq in the store than the one before it means that the activation is fenced.</param>
/// <param name="Audit">What the audit is told.</param>
public sealed record EditRequest(RoomFence Fence, RoomEvent Event, AuditRecord Audit)
{
    /// <summary>Refuses what no database can hold as it is.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadField"/>.</exception>
    internal void Check()
    {
        StoredText.Check(Event.Name, "name");
        StoredText.Check(Audit);
    }
}

/// <summary>Drafts to be committed to a room.</summary>
/// <param name="Fence">The room and the activation that writes.</param>
/// <param name="LastSeq">The newest seq that this activation knows; another one in the store means that it is fenced.</param>
/// <param name="At">The time of the events.</param>
/// <param name="Drafts">What to commit, in this order.</param>
public sealed record AppendRequest(
    RoomFence Fence, long LastSeq, DateTimeOffset At, ImmutableArray<SenderDraft> Drafts);

/// <summary>A draft and who sends it.</summary>
/// <param name="Sender">The user.</param>
/// <param name="Name">The user's display name.</param>
/// <param name="Draft">The message.</param>
public readonly record struct SenderDraft(string Sender, string? Name, Draft Draft)
{
    /// <summary>The event that it becomes.</summary>
    /// <param name="seq">Its number in the room.</param>
    /// <param name="at">When it is committed.</param>
    public RoomEvent ToEvent(long seq, DateTimeOffset at) =>
        new(seq, RoomEventKind.Message, Sender, Name, Draft.Text, at, Draft.Key, Draft.ReplyTo, Draft.Data);
}

/// <summary>What a commit did.</summary>
/// <param name="Outcomes">One for each draft, in their order.</param>
/// <param name="Events">The new events, ascending.</param>
public sealed record AppendResult(ImmutableArray<SendOutcome> Outcomes, ImmutableArray<RoomEvent> Events);
