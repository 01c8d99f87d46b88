using System.Net;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>Addresses that do not share their counters. Any two do in one process of 16,384, and nobody knows which.</summary>
internal static class Addresses
{
    /// <summary>This address, or the next after it that shares its counters with none of the others.</summary>
    public static string Apart(string first, params ReadOnlySpan<string> others)
    {
        var taken = new HashSet<int>();
        foreach (var other in others) taken.Add(Bucket(IPAddress.Parse(other)));
        var bytes = IPAddress.Parse(first).GetAddressBytes();
        while (taken.Contains(Bucket(new IPAddress(bytes)))) bytes[^1]++;
        return new IPAddress(bytes).ToString();
    }

    private static int Bucket(IPAddress address) => ClientAddress.Of(address).Bucket;
}
