using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>Who may do what in a room. Outsiders of private rooms do not learn that there is one.</summary>
internal static class RoomAccess
{
    /// <summary>Refuses whoever is not one of the two users of a direct room.</summary>
    public static void CheckDirect(string room, string user)
    {
        if (ChatId.IsDirect(room, out var one, out var other) && user != one && user != other)
            throw new ChatException(ChatErrorCode.Forbidden, $"'{room}' is the direct room of two others", "room");
    }

    /// <summary>Refuses whoever is neither a member nor an administrator.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="standing">What they are to the room; nothing when there is no such room.</param>
    /// <param name="now">The time.</param>
    public static void CheckMember(string room, Actor by, Standing? standing, DateTimeOffset now)
    {
        CheckMaySee(room, by, standing, now);
        if (standing!.Role is null && !IsAbove(by, standing.Kind))
            throw new ChatException(ChatErrorCode.NotMember, $"you are not a member of '{room}'; join it first", "room");
    }

    /// <summary>Refuses whoever must not learn how a room stands: outsiders of private and direct ones, and the banned.</summary>
    /// <inheritdoc cref="CheckMember"/>
    public static void CheckMaySee(string room, Actor by, Standing? standing, DateTimeOffset now)
    {
        CheckDirect(room, by.User);
        if (standing is null) throw NoSuchRoom(room);
        if (standing.Role is not null || IsAbove(by, standing.Kind)) return;
        // Not even to whom they have banned: a ban needs no membership, and would tell.
        if (standing.Kind == RoomKind.Private) throw NoSuchRoom(room);
        CheckNotBanned(room, standing, now);
    }

    /// <summary>Refuses whoever may not read what was done to a room.</summary>
    /// <inheritdoc cref="CheckMember"/>
    public static void CheckMayAudit(string room, Actor by, Standing? standing, DateTimeOffset now)
    {
        CheckMember(room, by, standing, now);
        CheckNotDirect(room, standing!.Kind);
        if (!by.IsAdministrator && standing.Role < MemberRole.Moderator) throw OnlyOwnersAndModerators(room);
    }

    /// <summary>Refuses whoever is banned.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="standing">What they are to the room.</param>
    /// <param name="now">The time.</param>
    /// <param name="whom">Who it is, if not the one who asks.</param>
    public static void CheckNotBanned(string room, Standing standing, DateTimeOffset now, string? whom = null)
    {
        var subject = whom is null ? "you are" : $"'{whom}' is";
        if (standing.BannedUntil is { } until && until > now)
            throw new ChatException(ChatErrorCode.Banned, $"{subject} banned from '{room}'{Until(until)}", whom is null ? "room" : "user");
    }

    /// <summary>Refuses whoever is muted and no administrator.</summary>
    public static void CheckNotMuted(string room, Actor by, Standing standing, DateTimeOffset now)
    {
        if (!by.IsAdministrator && standing.MutedUntil is { } until && until > now)
            throw new ChatException(ChatErrorCode.Muted, $"you are muted in '{room}'{Until(until)}", "room");
    }

    /// <summary>Refuses moderation that the roles of the two do not allow.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="standing">What they who moderate are to the room.</param>
    /// <param name="what">What they do.</param>
    /// <param name="whom">The role of the user whom it concerns; none when not a member.</param>
    public static void CheckMayModerate(string room, Standing standing, Moderation what, MemberRole? whom)
    {
        CheckNotDirect(room, standing.Kind);
        var isOwn = what.By == what.User;
        if (what.Action == ModerationAction.Invite && standing.Kind == RoomKind.Public && standing.Role is not null) return;
        // Whoever has a role may give it up.
        if (what.Action == ModerationAction.Role && isOwn && what.Role <= standing.Role) return;
        if (!what.IsAdministrator && what.Action == ModerationAction.Role && standing.Role < MemberRole.Owner) throw OnlyOwners(room);
        if (!what.IsAdministrator && standing.Role < MemberRole.Moderator) throw OnlyOwnersAndModerators(room);
        if (isOwn && what.Action is ModerationAction.Kick or ModerationAction.Ban or ModerationAction.Mute)
            throw new ChatException(ChatErrorCode.BadField, $"nobody can {StoredText.Of(what.Action)} themselves", "user");
        if (what.IsAdministrator || what.Action == ModerationAction.Invite) return;
        if (whom >= standing.Role)
            throw new ChatException(ChatErrorCode.Forbidden, $"'{what.User}' has a role in '{room}' that is not below yours", "user");
    }

    /// <summary>Whether somebody learns that a member is muted: the member, and whoever may lift it.</summary>
    /// <param name="by">Who asks, and may see the members.</param>
    /// <param name="standing">What they are to the room.</param>
    /// <param name="member">The member.</param>
    public static bool MaySeeMute(Actor by, Standing standing, MemberEntry member) =>
        member.User == by.User
        || IsAbove(by, standing.Kind)
        || (standing.Role >= MemberRole.Moderator && member.Role < standing.Role);

    /// <summary>Refuses a change of the room as a whole that the role does not allow.</summary>
    /// <inheritdoc cref="CheckMember"/>
    public static void CheckMayEdit(string room, RoomEdit edit, Standing standing, DateTimeOffset now)
    {
        CheckNotDirect(room, standing.Kind);
        if (edit.By.IsAdministrator) return;
        if (edit.Kind != RoomEditKind.Topic && standing.Role < MemberRole.Owner) throw OnlyOwners(room);
        if (standing.Role < MemberRole.Moderator) throw OnlyOwnersAndModerators(room);
        if (edit.Kind == RoomEditKind.Topic) CheckNotMuted(room, edit.By, standing, now);
    }

    /// <summary>Refuses a topic or a reason that is too long for one, or not a line of text.</summary>
    public static void CheckLine(string? text, int length, string field)
    {
        if (text is null) return;
        var wrong = text.Length == 0 ? "is empty"
            : text.Length > length ? $"is longer than {length} characters"
            : text.Any(char.IsControl) ? "has control characters"
            : null;
        if (wrong is not null) throw new ChatException(ChatErrorCode.BadField, $"{field} {wrong}", field);
    }

    public static ChatException NoSuchRoom(string room) =>
        new(ChatErrorCode.NoSuchRoom, $"there is no room '{room}'", "room");

    public static ChatException IsPrivate(string room) =>
        new(ChatErrorCode.Forbidden, $"'{room}' is private; an owner can invite you", "room");

    public static ChatException Archived(string room) =>
        new(ChatErrorCode.Archived, $"'{room}' is archived: it can only be read", "room");

    public static ChatException LastOwner(string room, string user) => new(
        ChatErrorCode.LastOwner, $"'{user}' is the last owner of '{room}'; somebody else has to be made one first", "room");

    public static ChatException Blocked(string room) => new(
        ChatErrorCode.Blocked, $"one of the two users of '{room}' has blocked the other", "room");

    public static ChatException BlockedInvitation(string user) => new(
        ChatErrorCode.Blocked, $"'{user}' cannot be invited: one of you two has blocked the other", "user");

    public static ChatException TooManyRooms(string user) => new(
        ChatErrorCode.Forbidden, $"'{user}' cannot be invited: they are in {RoomRules.MaxRoomsOfInvited} rooms already", "user");

    public static ChatException TooManyBlocks() => new(
        ChatErrorCode.Forbidden, $"you have blocked {RoomRules.MaxBlocks} users, which is as many as can be; lift one first", "user");

    private static void CheckNotDirect(string room, RoomKind kind)
    {
        if (kind == RoomKind.Direct)
            throw new ChatException(ChatErrorCode.Forbidden, $"'{room}' is a direct room: it has its two users and no moderation", "room");
    }

    // Administrators are above every role, but in a direct room there is none.
    private static bool IsAbove(Actor by, RoomKind kind) => by.IsAdministrator && kind != RoomKind.Direct;

    private static ChatException OnlyOwners(string room) => new(ChatErrorCode.Forbidden, $"only owners of '{room}' may do that");

    private static ChatException OnlyOwnersAndModerators(string room) =>
        new(ChatErrorCode.Forbidden, $"only owners and moderators of '{room}' may do that");

    private static string Until(DateTimeOffset until) =>
        until == DateTimeOffset.MaxValue || until.Year == 9999 ? "" : $" until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC";
}
