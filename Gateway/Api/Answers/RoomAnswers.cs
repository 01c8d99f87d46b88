using System.Collections.Immutable;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api.Answers;

/// <summary>A page of rooms, in the order of their ids.</summary>
/// <param name="Rooms">The rooms.</param>
/// <param name="More">Whether there are more after the last of them.</param>
/// <param name="Next">Then: what to give as <c>after</c> for the next page.</param>
internal sealed record RoomList(ImmutableArray<RoomSummary> Rooms, bool More, string? Next)
{
    public static RoomList Of(RoomListing page) => new(
        [.. page.Rooms.Select(RoomSummary.Of)], page.More, page.More ? page.Rooms[^1].Room : null);
}

/// <summary>A room in a list.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Kind">Who may enter it.</param>
/// <param name="Topic">What it is about, if somebody said so.</param>
/// <param name="Archived">Whether it can only be read.</param>
/// <param name="Members">How many members it has.</param>
/// <param name="LastSeq">The seq of its newest event; 0 when it has none.</param>
/// <param name="Member">Whether the caller is a member.</param>
/// <param name="Role">The caller's role, if a member.</param>
/// <param name="ReadSeq">How far the caller has read, if a member.</param>
/// <param name="Unread">How many events the caller has not read, if a member.</param>
internal sealed record RoomSummary(
    string Room,
    RoomKind Kind,
    string? Topic,
    bool Archived,
    long Members,
    long LastSeq,
    bool Member,
    MemberRole? Role,
    long? ReadSeq,
    long? Unread)
{
    public static RoomSummary Of(ListedRoom room)
    {
        var isMember = room.Role is not null;
        return new RoomSummary(
            room.Room,
            room.Kind,
            room.Topic,
            room.Archived,
            room.Members,
            room.LastSeq,
            isMember,
            room.Role,
            isMember ? room.ReadSeq : null,
            isMember ? Math.Max(0, room.LastSeq - room.ReadSeq) : null);
    }
}

/// <summary>A room as one of its members sees it.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Kind">Who may enter it.</param>
/// <param name="Topic">What it is about, if somebody said so.</param>
/// <param name="Archived">Whether it can only be read.</param>
/// <param name="Log">The incarnation of its log: another one after the room was deleted and made anew.</param>
/// <param name="Role">The caller's role.</param>
/// <param name="LastSeq">The seq of its newest event; 0 when it has none.</param>
/// <param name="ReadSeq">How far the caller has read.</param>
internal sealed record Membership(
    string Room, RoomKind Kind, string? Topic, bool Archived, string Log, MemberRole Role, long LastSeq, long ReadSeq)
{
    public static Membership Of(RoomView view) => new(
        view.Entry.Room,
        view.Entry.Kind,
        view.Topic,
        view.Entry.Archived,
        view.Log,
        view.Entry.Role,
        view.Entry.LastSeq,
        view.Entry.ReadSeq);
}

/// <summary>What became of a change of a room.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Seq">The seq of the event that it made; none when it was so already.</param>
internal sealed record RoomEdited(string Room, long? Seq);

/// <summary>A page of a room's members, in the order of their ids.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Users">The members.</param>
/// <param name="More">Whether there are more after the last of them.</param>
/// <param name="Next">Then: what to give as <c>after</c> for the next page.</param>
internal sealed record MemberList(string Room, ImmutableArray<MemberEntry> Users, bool More, string? Next)
{
    public static MemberList Of(string room, MemberPage page) =>
        new(room, page.Members, page.More, page.More ? page.Members[^1].User : null);
}

/// <summary>A page of what was done to a room and its members, in the order in which it happened.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Entries">What was done.</param>
/// <param name="More">Whether there are more after the last of them.</param>
/// <param name="Next">Then: what to give as <c>after</c> for the next page.</param>
internal sealed record AuditList(string Room, ImmutableArray<AuditEntry> Entries, bool More, long? Next)
{
    public static AuditList Of(string room, AuditPage page) => new(
        room,
        // For good is no time.
        [.. page.Entries.Select(entry => entry.Until?.Year == 9999 ? entry with { Until = null } : entry)],
        page.More,
        page.More ? page.Entries[^1].Id : null);
}
