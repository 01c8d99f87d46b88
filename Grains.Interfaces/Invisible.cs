using System.Text;

namespace OrleansChat;

/// <summary>
/// Characters that are not shown, wherever they stand: ids that differ in them alone look the same. Unicode's property
/// Default_Ignorable_Code_Point (DerivedCoreProperties.txt of Unicode 17.0, the same as in 14.0: what is not assigned
/// yet is in it already), which .NET does not know.
/// </summary>
public static class Invisible
{
    private static readonly (int First, int Last)[] Ranges =
    [
        (0x00AD, 0x00AD), // soft hyphen
        (0x034F, 0x034F), // combining grapheme joiner
        (0x061C, 0x061C), // Arabic letter mark
        (0x115F, 0x1160), // Hangul fillers
        (0x17B4, 0x17B5), // Khmer inherent vowels
        (0x180B, 0x180F), // Mongolian variation selectors and vowel separator
        (0x200B, 0x200F), // zero width space and joiners, marks of direction
        (0x202A, 0x202E), // embeddings and overrides of direction
        (0x2060, 0x206F), // word joiner, invisible operators, isolates of direction
        (0x3164, 0x3164), // Hangul filler
        (0xFE00, 0xFE0F), // variation selectors
        (0xFEFF, 0xFEFF), // zero width no-break space
        (0xFFA0, 0xFFA0), // half-width Hangul filler
        (0xFFF0, 0xFFF8), // not assigned
        (0x1BCA0, 0x1BCA3), // controls of shorthand
        (0x1D173, 0x1D17A), // controls of musical notation
        (0xE0000, 0xE0FFF), // tags, more variation selectors
    ];

    /// <summary>Whether it is one of them.</summary>
    /// <param name="rune">Any character.</param>
    public static bool Has(Rune rune)
    {
        foreach (var (first, last) in Ranges)
        {
            if (rune.Value <= last) return rune.Value >= first;
        }

        return false;
    }
}
