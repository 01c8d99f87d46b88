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

    // A field of an address whose name is written with percent signs may be a token's; nothing else is written so.
    [GeneratedRegex("""(?<place>access_token=|access_token%3D|[?&](?>[^=&%?\s]*%[^=&?\s]*)=|bearer[ .]+|apikey +)[^\s&"',;\]\)]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Places();
}
