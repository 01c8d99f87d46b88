using System.Globalization;

namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>Names of users and rooms that no other test has, nor any that one of them is a piece of: rooms are looked for by pieces.</summary>
internal static class Names
{
    private static int _last;

    public static string New(string like) =>
        string.Create(CultureInfo.InvariantCulture, $"{like}-{Interlocked.Increment(ref _last):D5}");
}
