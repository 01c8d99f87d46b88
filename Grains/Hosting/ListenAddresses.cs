using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace OrleansChat.Grains.Hosting;

/// <summary>
/// Looks at the addresses to listen on before anything starts: a typo or a port that is taken ends the process with
/// one line, rather than after the silo has come up and has to go down again.
/// </summary>
public static class ListenAddresses
{
    /// <summary>Checks <c>--urls</c>, or whatever else sets it.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="usual">Where it listens if nothing says otherwise.</param>
    /// <exception cref="FormatException">An address is none.</exception>
    /// <exception cref="IOException">A port is taken.</exception>
    public static void CheckListenAddresses(this IHostApplicationBuilder builder, string usual)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // The way in which .NET's container images say it; the web server reads it itself.
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is not null) return;
        var urls = builder.Configuration["urls"] ??= usual;
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) Check(url);
    }

    private static void Check(string url)
    {
        var address = Parse(url);
        if (address is { Host: "localhost", Port: 0 })
            throw new FormatException($"--urls: '{url}' names no port; a free one is found for http://127.0.0.1:0 alone");
        if (address.IsUnixPipe || address.Port == 0) return;
        if (address.Port is < 0 or > IPEndPoint.MaxPort)
            throw new FormatException($"--urls: the port of '{url}' is not between 0 and {IPEndPoint.MaxPort}");
        var ip = address.Host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(address.Host.Trim('[', ']'), out var parsed) ? parsed : IPAddress.Any;
        try
        {
            // As the web server will bind it in a moment.
            using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(ip, address.Port));
        }
        catch (SocketException error)
        {
            throw new IOException($"--urls: {url} cannot be listened on: {error.Message}", error);
        }
    }

    private static BindingAddress Parse(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            if (IsMeant(address)) return address;
        }
        catch (FormatException)
        {
            // Told below.
        }

        throw new FormatException($"--urls: '{url}' is not an address such as http://localhost:5000");
    }

    // The web server takes a port that is no number for a part of the host's name, and a host that it does not know
    // for every address of the machine: a typo would open the gateway to the world, on port 80.
    private static bool IsMeant(BindingAddress address)
    {
        var web = address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase)
            || address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        var host = address.IsUnixPipe || address.IsNamedPipe || !address.Host.Contains(':', StringComparison.Ordinal)
            || IPAddress.TryParse(address.Host.Trim('[', ']'), out _);
        return web && host;
    }
}
