using System.Globalization;
using System.Text;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// Passwords as texts: any Unicode but U+0000 and U+FFFE, at most 256 characters (scalar values), the same whichever keyboard they
/// were typed on. Checked before anything is hashed, so that a long one costs nothing.
/// </summary>
internal static class PasswordText
{
    public const int MaxLength = 256;

    /// <summary>Reads a password, as NFKC: NIST SP 800-63B-4 §3.1.1.2.</summary>
    /// <param name="field">The field that it came in.</param>
    /// <param name="text">What was sent.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.BadField"/>: it can be nobody's.</exception>
    public static string Read(string field, string text)
    {
        if (text.Length > MaxLength * 2 || text.EnumerateRunes().Count() > MaxLength)
            throw new ChatException(ChatErrorCode.BadField, $"{field} is longer than {MaxLength} characters", field);
        // The second is no character, and has no normal form.
        foreach (var refused in "\0\uFFFE")
        {
            if (text.Contains(refused, StringComparison.Ordinal))
                throw new ChatException(ChatErrorCode.BadField, string.Create(CultureInfo.InvariantCulture, $"{field} has U+{(int)refused:X4}"), field);
        }

        return text.Normalize(NormalizationForm.FormKC);
    }
}
