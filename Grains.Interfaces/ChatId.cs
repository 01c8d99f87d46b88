using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace OrleansChat;

/// <summary>
/// The rule for the ids of users and rooms: 1 to 64 characters (Unicode scalar values), letters, marks, decimal
/// digits, <c>_</c>, <c>-</c> and <c>.</c>, the first a letter or digit, none of them invisible; normalised to NFC, then
/// compared exactly.
/// </summary>
/// <remarks>
/// Combining marks count as letters after the first character: without them no Hindi or Thai word is an id. But some
/// marks and letters are not shown at all, and with them anybody could look exactly like anybody else.
/// <c>:</c> never occurs in an id, so that <c>dm:alice:bob</c> cannot be mistaken for a room somebody named.
/// </remarks>
public static class ChatId
{
    /// <summary>The longest id, in Unicode scalar values.</summary>
    public const int MaxLength = 64;

    private const string DirectPrefix = "dm:";

    /// <summary>Normalises a user's id, or a public or private room's.</summary>
    /// <param name="text">What the client sent.</param>
    /// <param name="id">The id in NFC.</param>
    /// <returns><see langword="false"/> when it breaks the rule.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out string? id)
    {
        id = null;
        // A scalar value is at most two UTF-16 units and decomposes to a few; anything longer need not be normalised.
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength * 8 || !IsWellFormed(text)) return false;
        var normal = text.Normalize(NormalizationForm.FormC);
        var length = 0;
        foreach (var rune in normal.EnumerateRunes())
        {
            if (++length > MaxLength || !IsAllowed(rune, first: length == 1)) return false;
        }

        id = normal;
        return true;
    }

    /// <summary>Normalises the id of a room of any kind, direct rooms (<c>dm:alice:bob</c>) included.</summary>
    /// <param name="text">What the client sent.</param>
    /// <param name="id">The id in NFC; a direct room's two users in ordinal order, whichever way they were sent.</param>
    /// <returns><see langword="false"/> when it breaks the rule.</returns>
    public static bool TryParseRoom(string? text, [NotNullWhen(true)] out string? id)
    {
        if (text is null || !text.StartsWith(DirectPrefix, StringComparison.Ordinal)) return TryParse(text, out id);
        id = null;
        var rest = text[DirectPrefix.Length..];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !TryParse(rest[..colon], out var one) || !TryParse(rest[(colon + 1)..], out var other))
            return false;
        id = DirectRoom(one, other);
        return true;
    }

    /// <summary>What is wrong with a text that is no id, to stand after what it is called.</summary>
    /// <param name="text">What the client sent.</param>
    public static string Explain(string? text)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (Invisible.Has(rune))
                return string.Create(CultureInfo.InvariantCulture, $"has U+{rune.Value:X4} in it, a character that cannot be seen");
        }

        return "is not an id: 1 to 64 letters, digits, _ - or ., the first a letter or digit";
    }

    /// <summary>The direct room of two users, the same whoever asks: <c>dm:</c> and the two ids in ordinal order.</summary>
    public static string DirectRoom(string one, string other) =>
        string.CompareOrdinal(one, other) <= 0 ? $"{DirectPrefix}{one}:{other}" : $"{DirectPrefix}{other}:{one}";

    /// <summary>Whether a room's id is that of a direct room, and of whom.</summary>
    /// <param name="room">A valid room id.</param>
    /// <param name="one">The user whose id comes first.</param>
    /// <param name="other">The other; the same as <paramref name="one"/> in a room with oneself.</param>
    public static bool IsDirect(
        string room, [NotNullWhen(true)] out string? one, [NotNullWhen(true)] out string? other)
    {
        one = other = null;
        if (!room.StartsWith(DirectPrefix, StringComparison.Ordinal)) return false;
        var parts = room.Split(':');
        (one, other) = (parts[1], parts[2]);
        return true;
    }

    /// <summary>
    /// What two ids have in common that differ in case or compatibility form alone (<c>alice</c>, <c>Alice</c>, and
    /// <c>ａｌｉｃｅ</c> in full-width letters): NFKC, in upper case. For comparing; not an id.
    /// </summary>
    /// <param name="id">A valid id.</param>
    public static string Fold(string id) =>
        // Upper case can make characters that normalise further.
        id.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Normalize(NormalizationForm.FormKC);

    private static bool IsAllowed(Rune rune, bool first)
    {
        if (Invisible.Has(rune)) return false;
        var category = Rune.GetUnicodeCategory(rune);
        if (Rune.IsLetter(rune) || category == UnicodeCategory.DecimalDigitNumber) return true;
        if (first) return false;
        return rune.Value is '_' or '-' or '.'
            || category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            // A noncharacter that .NET normalises as little as half a pair.
            else if (char.IsSurrogate(text[i]) || text[i] == '\uFFFE') return false;
        }

        return true;
    }
}
