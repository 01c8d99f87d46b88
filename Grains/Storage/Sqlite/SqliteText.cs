using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>Times and lists in SQLite, which has no types for them.</summary>
internal static class SqliteText
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static string? OfOrNull(DateTimeOffset? time) => time is { } some ? Of(some) : null;

    /// <summary>A list as JSON, for <c>json_each</c>.</summary>
    public static string? OfOrNull(ImmutableArray<string>? texts) => texts is { } some ? JsonSerializer.Serialize(some) : null;

    public static DateTimeOffset ToTime(string text) =>
        DateTimeOffset.ParseExact(
            text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static DateTimeOffset? ToTimeOrNull(string? text) => text is null ? null : ToTime(text);
}
