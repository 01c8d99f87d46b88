using System.Text;

namespace OrleansChat.Gateway.Authentication;

/// <summary>The rule for display names: at most 64 characters (Unicode scalar values), in NFC, without control characters.</summary>
internal static class DisplayName
{
    /// <summary>The rule in a sentence.</summary>
    public const string Rule = "name is not a display name: at most 64 characters, no control characters";

    private const int MaxLength = 64;

    /// <summary>Reads a name. None, or blanks alone, is no name.</summary>
    /// <returns><see langword="false"/> when it breaks the rule.</returns>
    public static bool TryRead(string? text, out string? name)
    {
        name = null;
        if (string.IsNullOrWhiteSpace(text)) return true;
        try
        {
            name = text.Trim().Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair.
            return false;
        }

        return name.EnumerateRunes().Count() <= MaxLength && !name.Any(char.IsControl);
    }
}
