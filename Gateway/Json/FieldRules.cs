using System.Globalization;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Json;

/// <summary>
/// What a field may hold, wherever it came from: a command of the wire, or the path, the query or the body of a request.
/// Each names the field in its refusal.
/// </summary>
internal static class FieldRules
{
    /// <summary>The greatest seq: as many as a JavaScript client has in one number, RFC 8259 §6.</summary>
    public const long MaxSeq = (1L << 53) - 1;

    /// <summary>The longest key of a message, in characters.</summary>
    public const int MaxKey = 64;

    /// <summary>The longest topic of a room, in characters.</summary>
    public const int MaxTopic = RoomRules.TopicLength;

    /// <summary>The longest reason, in characters.</summary>
    public const int MaxReason = RoomRules.ReasonLength;

    /// <summary>The longest text to look for, in characters.</summary>
    public const int MaxQuery = 64;

    /// <summary>The longest cursor of a page, in characters: more than an id has.</summary>
    public const int MaxCursor = 256;

    /// <summary>The entries of a page when nobody says how many.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The most entries of a page.</summary>
    public const int MaxLimit = 200;

    /// <summary>The longest text in which an id is looked for, in characters.</summary>
    public const int MaxIdText = 512;

    public static string Room(string field, string text) => ChatId.TryParseRoom(text, out var room) ? room : throw NotAnId(field, text);

    public static string User(string field, string text) => ChatId.TryParse(text, out var user) ? user : throw NotAnId(field, text);

    /// <summary>A short text without control characters.</summary>
    public static string Short(string field, string text, int maxCharacters)
    {
        if (text.Length == 0) throw Bad(field, $"{field} is empty");
        if (text.Length > maxCharacters) throw Bad(field, $"{field} is longer than {maxCharacters} characters");
        return text.Any(char.IsControl) ? throw Bad(field, $"{field} has control characters") : text;
    }

    /// <summary>A whole number from 0 to 2^53 - 1.</summary>
    public static long Seq(string field, long? number) =>
        number is >= 0 and <= MaxSeq ? number.Value : throw Bad(field, $"{field} is not a whole number from 0 to {MaxSeq}");

    /// <summary>A whole number from 0 to 2^53 - 1, in decimal digits.</summary>
    public static long Seq(string field, string text) => Seq(
        field, long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null);

    /// <summary>How many entries a page has at most.</summary>
    public static int Limit(long limit) => limit is >= 1 and <= MaxLimit
        ? (int)limit
        : throw Bad("limit", $"limit is {limit}; it is 1 to {MaxLimit}");

    /// <summary>A time that is yet to come, for what shall end then; none for what does not end.</summary>
    public static DateTimeOffset? Future(string field, DateTimeOffset? time, DateTimeOffset now) =>
        time <= now
            ? throw Bad(field, string.Create(CultureInfo.InvariantCulture, $"{field} is over: here it is {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"))
            : time;

    public static ChatException Bad(string field, string message) => new(ChatErrorCode.BadField, message, field);

    private static ChatException NotAnId(string field, string text) => Bad(field, $"{field} {ChatId.Explain(text)}");
}
