using System.Globalization;

namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>Names of users and rooms that no other test has.</summary>
internal static class Names
{
    private static int _last;

    public static string New(string like) =>
        string.Create(CultureInfo.InvariantCulture, $"{like}-{Interlocked.Increment(ref _last)}");
}
