using System.Globalization;
using OrleansChat.Accounts;

namespace OrleansChat.Grains.Storage;

/// <summary>
/// The names of keys in the table: their numbers. Names are unique, so of two who add a key to the same ring one is
/// refused, by whichever process.
/// </summary>
internal static class DataKeyName
{
    public static string Of(long number) => number.ToString("D6", CultureInfo.InvariantCulture);

    /// <summary>The ring that rows of names and keys make, in the order of the names.</summary>
    public static DataKeyRing ToRing(IReadOnlyList<(string Name, string Xml)> rows) =>
        new(rows.Select(row => Number(row.Name)).DefaultIfEmpty().Max(), [.. rows.Select(row => row.Xml)]);

    // One that somebody has put there by hand counts as a key, and has no number.
    private static long Number(string name) =>
        long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
