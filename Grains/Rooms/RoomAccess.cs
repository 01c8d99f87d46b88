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

    /// <summary>Refuses whoever is not a member.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="standing">What they are to the room; nothing when there is no such room.</param>
    /// <param name="now">The time.</param>
    public static void CheckMember(string room, string user, Standing? standing, DateTimeOffset now)
    {
        CheckDirect(room, user);
        if (standing is null) throw NoSuchRoom(room);
        if (standing.Role is not null) return;
        CheckNotBanned(room, standing, now);
        if (standing.Kind == RoomKind.Private) throw NoSuchRoom(room);
        throw new ChatException(ChatErrorCode.NotMember, $"you are not a member of '{room}'; join it first", "room");
    }

    /// <summary>Refuses whoever is banned.</summary>
    public static void CheckNotBanned(string room, Standing standing, DateTimeOffset now)
    {
        if (standing.BannedUntil is { } until && until > now)
            throw new ChatException(ChatErrorCode.Banned, $"you are banned from '{room}'{Until(until)}", "room");
    }

    /// <summary>Refuses whoever is muted.</summary>
    public static void CheckNotMuted(string room, Standing standing, DateTimeOffset now)
    {
        if (standing.MutedUntil is { } until && until > now)
            throw new ChatException(ChatErrorCode.Muted, $"you are muted in '{room}'{Until(until)}", "room");
    }

    /// <summary>Refuses moderation that the roles of the two do not allow.</summary>
    public static void CheckMayModerate(string room, RoomKind kind, MemberRole role, Moderation what, MemberRole? whom)
    {
        if (kind == RoomKind.Direct)
            throw new ChatException(ChatErrorCode.Forbidden, $"'{room}' is a direct room: it has its two users and no moderation", "room");
        var mayInvite = what.Action == ModerationAction.Invite && (kind == RoomKind.Public || role >= MemberRole.Moderator);
        if (mayInvite) return;
        if (role < MemberRole.Moderator)
            throw new ChatException(ChatErrorCode.Forbidden, $"only owners and moderators of '{room}' may do that");
        if (whom >= role && what.By != what.User)
            throw new ChatException(ChatErrorCode.Forbidden, $"'{what.User}' has a role in '{room}' that is not below yours", "user");
    }

    public static ChatException NoSuchRoom(string room) =>
        new(ChatErrorCode.NoSuchRoom, $"there is no room '{room}'", "room");

    private static string Until(DateTimeOffset until) =>
        until == DateTimeOffset.MaxValue || until.Year == 9999 ? "" : $" until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC";
}
