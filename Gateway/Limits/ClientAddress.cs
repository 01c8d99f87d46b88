using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Where somebody comes from, as far as limits can tell people apart: an IPv4 address, or a network of IPv6 (RFC 4291
/// §2.5.4 gives a customer 64 bits of addresses to choose from).
/// </summary>
/// <param name="Network">The address, or the first half of it.</param>
/// <param name="IsVersion6">Which of the two.</param>
internal readonly record struct ClientAddress(ulong Network, bool IsVersion6)
{
    private const int VersionSixBytes = 16;

    /// <summary>Which of the <see cref="AddressLimits.Buckets"/> counts it.</summary>
    public int Bucket => GetHashCode() & (AddressLimits.Buckets - 1);

    /// <summary>Another one in each process: nobody can choose an address that shares a counter with somebody else's.</summary>
    public override int GetHashCode() => HashCode.Combine((uint)Network, (uint)(Network >> 32), IsVersion6);

    /// <summary>That of a request, which is the one that trusted proxies name; one for all who come by a local socket.</summary>
    public static ClientAddress Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    /// <inheritdoc cref="Of(HttpContext)"/>
    public static ClientAddress Of(IPAddress? address)
    {
        if (address is null) return default;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[VersionSixBytes];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new ClientAddress(BinaryPrimitives.ReadUInt64BigEndian(bytes), IsVersion6: true)
            : new ClientAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsVersion6: false);
    }
}
