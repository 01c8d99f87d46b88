using System.Globalization;

namespace OrleansChat.Gateway.Json;

/// <summary>A time as it is sent: ISO 8601, UTC, with milliseconds.</summary>
internal static class WireTime
{
    /// <summary>How many characters it has.</summary>
    public const int Length = 24;

    /// <summary>Writes it.</summary>
    public static void Format(DateTimeOffset time, Span<char> text) =>
        time.UtcDateTime.TryFormat(text, out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
