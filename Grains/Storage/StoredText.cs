using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage;

/// <summary>The words by which kinds and roles stand in the tables of every database.</summary>
internal static class StoredText
{
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

    public static string Of(RoomEventKind kind) => kind switch
    {
        RoomEventKind.Message => "message",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of event"),
    };

    public static RoomEventKind ToEventKind(string text) => text switch
    {
        "message" => RoomEventKind.Message,
        _ => throw new InvalidDataException($"the database names a kind of event '{text}', which this version does not know"),
    };
}
