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
    /// <exception cref="FormatException">An address is none.</exception>
    /// <exception cref="IOException">A port is taken.</exception>
    public static void CheckListenAddresses(this IHostApplicationBuilder builder)
    {
        var urls = builder.Configuration["urls"] ?? "http://localhost:5000";
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) Check(url);
    }

    private static void Check(string url)
    {
        var address = Parse(url);
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
            return BindingAddress.Parse(url);
        }
        catch (FormatException error)
        {
            throw new FormatException($"--urls: '{url}' is not an address such as http://localhost:5000", error);
        }
    }
}
