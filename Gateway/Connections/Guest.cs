using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OrleansChat.Gateway.Connections;

/// <summary>Who somebody says they are. In guest mode that is believed.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Name">The display name, if one was given.</param>
internal sealed record Guest(string User, string? Name)
{
    private const int MaxName = 64;

    /// <summary>Reads a user and a display name.</summary>
    /// <param name="user">The id as it was sent.</param>
    /// <param name="name">The name as it was sent.</param>
    /// <param name="guest">Who it is.</param>
    /// <param name="wrong">What is wrong, if something is.</param>
    public static bool TryRead(
        string? user, string? name, [NotNullWhen(true)] out Guest? guest, [NotNullWhen(false)] out string? wrong)
    {
        (guest, wrong) = (null, null);
        if (string.IsNullOrEmpty(user))
            wrong = "user is missing: connect to /ws?user=alice";
        else if (!ChatId.TryParse(user, out var id))
            wrong = "user is not an id: 1 to 64 letters, digits, _ - or ., the first a letter or digit";
        else if (!TryReadName(name, out var readable))
            wrong = $"name is not a display name: at most {MaxName} characters, no control characters";
        else
            guest = new Guest(id, readable);
        return wrong is null;
    }

    private static bool TryReadName(string? name, out string? readable)
    {
        readable = null;
        if (string.IsNullOrWhiteSpace(name)) return true;
        try
        {
            readable = name.Trim().Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair.
            return false;
        }

        return readable.EnumerateRunes().Count() <= MaxName && !readable.Any(char.IsControl);
    }
}
