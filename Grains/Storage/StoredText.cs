using System.Buffers;
using System.Text;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage;

/// <summary>What texts every database can hold, and the words by which kinds and roles stand in their tables.</summary>
internal static class StoredText
{
    private static readonly SearchValues<char> Suspects =
        SearchValues.Create(['\0', .. Enumerable.Range(0xd800, 0x800).Select(surrogate => (char)surrogate)]);

    /// <summary>Refuses a draft that could not be stored, or not as it was sent. The gateway lets none through.</summary>
    /// <returns>The refusal, or nothing when it can be stored.</returns>
    public static SendOutcome? Refuse(SenderDraft sent)
    {
        var field = !CanHold(sent.Draft.Text) ? "text"
            : !CanHold(sent.Draft.Key) ? "key"
            : !CanHold(sent.Draft.Data) ? "data"
            : !CanHold(sent.Name) ? "name"
            : null;
        return field is null ? null : SendOutcome.Refused(ChatErrorCode.BadField, Unstorable(field), field);
    }

    /// <summary>Refuses a text that could not be stored, or not as it was sent.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadField"/>.</exception>
    public static void Check(string? text, string field)
    {
        if (!CanHold(text)) throw new ChatException(ChatErrorCode.BadField, Unstorable(field), field);
    }

    /// <summary>Refuses a record whose words could not be stored, or not as they were sent.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadField"/>.</exception>
    public static void Check(AuditRecord? audit)
    {
        Check(audit?.Detail, "topic");
        Check(audit?.Reason, "reason");
    }

    // PostgreSQL's text has no U+0000, and neither database has halves of characters.
    private static bool CanHold(string? text)
    {
        if (text is null) return true;
        var rest = text.AsSpan();
        while (rest.IndexOfAny(Suspects) is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out var length) != OperationStatus.Done || rest[at] == '\0') return false;
            rest = rest[(at + length)..];
        }

        return true;
    }

    private static string Unstorable(string field) => $"{field} has U+0000 or half a character, which cannot be stored";

    public static string Of(RoomKind kind) => kind switch
    {
        RoomKind.Public => "public",
        RoomKind.Private => "private",
        RoomKind.Direct => "direct",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of room"),
    };

    public static RoomKind ToKind(string text) => text switch
    {
        "public" => RoomKind.Public,
        "private" => RoomKind.Private,
        "direct" => RoomKind.Direct,
        _ => throw new InvalidDataException($"the database names a kind of room '{text}', which this version does not know"),
    };

    public static string Of(MemberRole role) => role switch
    {
        MemberRole.Member => "member",
        MemberRole.Moderator => "moderator",
        MemberRole.Owner => "owner",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "no such role"),
    };

    public static MemberRole ToRole(string text) => text switch
    {
        "member" => MemberRole.Member,
        "moderator" => MemberRole.Moderator,
        "owner" => MemberRole.Owner,
        _ => throw new InvalidDataException($"the database names a role '{text}', which this version does not know"),
    };

    public static MemberRole? ToRoleOrNull(string? text) => text is null ? null : ToRole(text);

    public static string Of(ModerationAction action) => action switch
    {
        ModerationAction.Invite => "invite",
        ModerationAction.Kick => "kick",
        ModerationAction.Ban => "ban",
        ModerationAction.Unban => "unban",
        ModerationAction.Mute => "mute",
        ModerationAction.Unmute => "unmute",
        ModerationAction.Role => "role",
        _ => throw new ChatException(ChatErrorCode.BadField, $"there is no moderation {action}", "action"),
    };

    public static string Of(RoomEventKind kind) => kind switch
    {
        RoomEventKind.Message => "message",
        RoomEventKind.Topic => "topic",
        RoomEventKind.Archived => "archived",
        RoomEventKind.Restored => "restored",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of event"),
    };

    public static RoomEventKind ToEventKind(string text) => text switch
    {
        "message" => RoomEventKind.Message,
        "topic" => RoomEventKind.Topic,
        "archived" => RoomEventKind.Archived,
        "restored" => RoomEventKind.Restored,
        _ => throw new InvalidDataException($"the database names a kind of event '{text}', which this version does not know"),
    };
}
