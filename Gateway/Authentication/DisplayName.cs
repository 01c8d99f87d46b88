using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Authentication;

/// <summary>
/// The rule for display names: at most 64 characters (Unicode scalar values), in NFC, without control characters and
/// without those that turn the direction of the text around them, and one of them at least can be seen.
/// </summary>
/// <remarks>
/// Marks of direction, joiners and variation selectors stay allowed beside what is seen: scripts and emoji need them.
/// That nobody looks like somebody else is not the rule's to promise; whoever shows a name shows the id as well.
/// </remarks>
internal static class DisplayName
{
    private const int MaxLength = 64;

    /// <summary>Reads the field <c>name</c> of a body.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadField"/>: it breaks the rule.</exception>
    public static string? Read(CommandFields fields) =>
        TryRead(fields.Has("name") ? fields.AnyText("name") : null, out var name, out var wrong) ? name : throw FieldRules.Bad("name", wrong);

    /// <summary>Reads a name. None, or blanks alone, is no name.</summary>
    /// <param name="text">What was sent.</param>
    /// <param name="name">The name in NFC, without blanks around it.</param>
    /// <param name="wrong">What breaks the rule, in a sentence.</param>
    /// <returns><see langword="false"/> when it breaks the rule.</returns>
    public static bool TryRead(string? text, out string? name, [NotNullWhen(false)] out string? wrong)
    {
        (name, wrong) = (null, null);
        if (string.IsNullOrWhiteSpace(text)) return true;
        try
        {
            var normal = text.Trim().Normalize(NormalizationForm.FormC);
            wrong = WrongWith(normal);
            if (wrong is null) name = normal;
        }
        catch (ArgumentException)
        {
            wrong = "name is not a display name: it has half a character in it";
        }

        return wrong is null;
    }

    private static string? WrongWith(string name)
    {
        if (name.EnumerateRunes().Count() > MaxLength || name.Any(char.IsControl))
            return "name is not a display name: at most 64 characters, no control characters";
        foreach (var rune in name.EnumerateRunes())
        {
            if (TurnsText(rune))
                return string.Create(CultureInfo.InvariantCulture, $"name has U+{rune.Value:X4} in it, which turns the direction of the text around it");
        }

        return name.EnumerateRunes().Any(CanBeSeen) ? null : "name has no character in it that can be seen";
    }

    // Embeddings, overrides and isolates, and what ends them. Marks such as U+200F turn nothing but what is beside them.
    private static bool TurnsText(Rune rune) => rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069;

    // What is not assigned yet may be: .NET knows fewer emoji than people have.
    private static bool CanBeSeen(Rune rune) => !Invisible.Has(rune) && !IsBlank(rune) && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Control or UnicodeCategory.Format
        // They are drawn over the character before them, and some, such as a joiner, not at all.
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark);

    // Signs to Unicode, and nothing to the eye: the empty Braille pattern, the place of an object, the note without a head.
    private static bool IsBlank(Rune rune) => rune.Value is 0x2800 or 0xFFFC or 0x1D159;
}
