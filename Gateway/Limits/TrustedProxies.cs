using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// The proxies that are believed when they say for whom they ask (<c>X-Forwarded-For</c>, <c>-Proto</c>, <c>-Host</c>).
/// From anybody else these headers are what a client could write itself, and are not looked at.
/// </summary>
internal sealed class TrustedProxies
{
    private const string Setting = "Chat:TrustedProxies";

    private readonly List<IPNetwork> _networks;

    private TrustedProxies(List<IPNetwork> networks) => _networks = networks;

    /// <summary>Reads the setting: addresses and networks, with commas or blanks between them. None by default.</summary>
    /// <exception cref="FormatException">One of them is neither, or they are written as a list.</exception>
    public static TrustedProxies Read(IConfiguration configuration)
    {
        if (SettingShape.Check(configuration.GetSection(Setting), typeof(string)).FirstOrDefault() is { } wrong)
            throw new FormatException($"{wrong}, with commas between the addresses");
        return new([.. (configuration[Setting] ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(Parse)]);
    }

    /// <summary>Whether an address is one of theirs.</summary>
    public bool Contains(IPAddress? address)
    {
        if (address is null) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return _networks.Exists(network => network.Contains(address));
    }

    /// <summary>Believes them; what comes later in the pipeline sees the client as they name it.</summary>
    public void Use(IApplicationBuilder app)
    {
        // With no proxy that is known, ASP.NET Core believes everybody.
        if (_networks.Count == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            // From the right, as long as it was a trusted one that wrote it.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in _networks) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }

    private static IPNetwork Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address) && !text.Contains('/', StringComparison.Ordinal))
        {
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        if (!IPNetwork.TryParse(text, out var network))
            throw new FormatException($"{Setting}: '{text}' is not an address such as 10.0.0.5, or a network such as 10.0.0.0/24");
        return network.PrefixLength > 0 ? network : throw new FormatException($"{Setting}: '{text}' is everybody");
    }
}
