using System.Text.RegularExpressions;

namespace OrleansChat.Grains.Hosting;

/// <summary>
/// Takes tokens and keys out of what is written to a log. Nothing here logs one; but the web server, told to log more,
/// writes addresses and headers as they come.
/// </summary>
internal static partial class Secrets
{
    /// <summary>The text, with an ellipsis for each token and key.</summary>
    public static string Hide(string text) => Places().Replace(text, "${place}…");

    [GeneratedRegex("""(?<place>access_token=|access_token%3D|bearer[ .]+|apikey +)[^\s&"',;\]\)]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Places();
}
