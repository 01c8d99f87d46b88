using System.Globalization;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>How values that SQLite has no type for stand in its tables.</summary>
internal static class SqliteText
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static DateTimeOffset ToTime(string text) =>
        DateTimeOffset.ParseExact(
            text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static DateTimeOffset? ToTimeOrNull(string? text) => text is null ? null : ToTime(text);

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
