using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansChat.Gateway.Json;

/// <summary>The fields of a command. What is missing or impossible is refused by name.</summary>
internal readonly partial struct CommandFields(JsonElement command)
{
    private const int MaxId = 64;
    private const int MaxShown = 64;

    /// <summary>What a required text does when it is missing.</summary>
    public Func<string, string> Required { get; } =
        static field => throw new ChatException(ChatErrorCode.MissingField, $"{field} is missing", field);

    public bool Has(string field) => command.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Whether the field is there and says that there shall be none, where that is another thing than not to say it.</summary>
    public bool IsNull(string field) => command.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>Refuses every other field, where one that is misspelt would mean more than was meant.</summary>
    public void AllowOnly(params ReadOnlySpan<string> fields)
    {
        foreach (var field in command.EnumerateObject())
        {
            if (fields.Contains(field.Name)) continue;
            var name = field.Name.Length <= MaxShown ? field.Name : $"{field.Name.AsSpan(0, MaxShown)}…";
            throw Bad(name, $"there is no field '{name}' here, but {string.Join(", ", fields)}");
        }
    }

    /// <summary>The command's id, as JSON: a number, or a string of at most 64 characters.</summary>
    public string? Id()
    {
        if (!Has("id")) return null;
        var value = command.GetProperty("id");
        var raw = value.GetRawText();
        return value.ValueKind is JsonValueKind.Number or JsonValueKind.String && raw.Length <= MaxId + 2
            ? raw
            : throw Bad("id", $"id is a number, or a string of at most {MaxId} characters");
    }

    public string Room() => FieldRules.Room("room", Text("room", FieldRules.MaxIdText, Required));

    /// <summary>Ids of rooms, at least one and none of them twice.</summary>
    public ImmutableArray<string> Rooms(string field, int most)
    {
        if (!Has(field)) Required(field);
        var value = command.GetProperty(field);
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(static one => one.ValueKind != JsonValueKind.String))
            throw Bad(field, $"{field} is not an array of strings");
        if (value.GetArrayLength() is var count && (count < 1 || count > most))
            throw Bad(field, $"{field} has {count} entries; it may have 1 to {most}");
        ImmutableArray<string> rooms = [.. value.EnumerateArray().Select(one => FieldRules.Room(field, Unescape(field, one)))];
        return rooms.GroupBy(static room => room, StringComparer.Ordinal).FirstOrDefault(static same => same.Count() > 1) is { } twice
            ? throw Bad(field, $"{field} names '{twice.Key}' twice")
            : rooms;
    }

    public string User(string field) => FieldRules.User(field, Text(field, FieldRules.MaxIdText, Required));

    public string? TextOrNull(string field, int maxCharacters) => Has(field) ? Text(field, maxCharacters, Required) : null;

    /// <summary>A short text without control characters.</summary>
    public string Text(string field, int maxCharacters, Func<string, string> whenMissing)
    {
        return Has(field) ? FieldRules.Short(field, String(field), maxCharacters) : whenMissing(field);
    }

    /// <summary>A text of any kind; what reads it knows how long it may be.</summary>
    public string AnyText(string field) => Has(field) ? String(field) : Required(field);

    /// <summary>A text of any kind, within a limit in bytes of UTF-8.</summary>
    public string LongText(string field, int maxBytes)
    {
        var text = AnyText(field);
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > maxBytes)
            throw new ChatException(ChatErrorCode.TextTooLong, $"{field} is {bytes} bytes; the limit is {maxBytes}", field);
        return text.Contains('\0', StringComparison.Ordinal) ? throw Bad(field, $"{field} has U+0000, which cannot be stored") : text;
    }

    /// <summary>A short text without control characters, or a null that says that there shall be none.</summary>
    public string? TextOrClear(string field, int maxCharacters) =>
        IsNull(field) ? null : Text(field, maxCharacters, Required);

    public bool? FlagOrNull(string field) => !Has(field) ? null : command.GetProperty(field).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad(field, $"{field} is not true or false"),
    };

    public long? SeqOrNull(string field) => Has(field) ? Seq(field) : null;

    /// <summary>A whole number from 0 to 2^53 - 1.</summary>
    public long Seq(string field)
    {
        if (!Has(field)) Required(field);
        var value = command.GetProperty(field);
        return FieldRules.Seq(field, value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seq) ? seq : null);
    }

    /// <summary>
    /// An object as JSON, without white space between its parts: a line break there would end the frame that carries it
    /// for clients that take several objects a frame.
    /// </summary>
    public string? ObjectOrNull(string field, int maxBytes)
    {
        if (!Has(field)) return null;
        var value = command.GetProperty(field);
        if (value.ValueKind != JsonValueKind.Object) throw Bad(field, $"{field} is not an object");
        var compact = Compact(field, value);
        return compact.Length <= maxBytes
            ? Encoding.UTF8.GetString(compact.Span)
            : throw new ChatException(ChatErrorCode.TextTooLong, $"{field} is {compact.Length} bytes; the limit is {maxBytes}", field);
    }

    /// <summary>A date with a time of it and an offset: what ISO 8601 and RFC 3339 have in common.</summary>
    public DateTimeOffset? TimeOrNull(string field)
    {
        if (Text(field, 40, static _ => "") is not { Length: > 0 } text) return null;
        return Time().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Bad(field, $"{field} is not a time such as 2030-01-31T12:00:00Z");
    }

    // What reads it also knows 01/02/2030, 10:00 and Jan 2, and guesses the rest.
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Time();

    private string String(string field)
    {
        var value = command.GetProperty(field);
        return value.ValueKind == JsonValueKind.String ? Unescape(field, value) : throw Bad(field, $"{field} is not a string");
    }

    private static string Unescape(string field, JsonElement value) => WellFormed(field, value, static value => value.GetString()!);

    private static ReadOnlyMemory<byte> Compact(string field, JsonElement value) => WellFormed(field, value, static value =>
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonFrames.Options)) value.WriteTo(writer);
        return buffer.WrittenMemory;
    });

    // Each text of each command comes through here: nothing is made for it but the text.
    private static T WellFormed<T>(string field, JsonElement value, Func<JsonElement, T> read)
    {
        try
        {
            return read(value);
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 that is half of a character.
            throw Bad(field, $"{field} is not well-formed Unicode");
        }
    }

    private static ChatException Bad(string field, string message) => FieldRules.Bad(field, message);
}
