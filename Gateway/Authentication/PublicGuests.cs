using System.Net;

namespace OrleansChat.Gateway.Authentication;

/// <summary>Keeps a gateway that believes everybody on its own machine, unless somebody says that it may be public.</summary>
internal static class PublicGuests
{
    // What a page of this machine is reached by. A name of somebody else's that leads here (DNS rebinding) has that
    // page's origin, and would pass for the gateway's own.
    private const string OwnHosts = "localhost;127.0.0.1;[::1]";

    /// <exception cref="FormatException">An address that it would listen on can be reached from elsewhere.</exception>
    public static void KeepOut(IConfiguration configuration)
    {
        if (Addresses(configuration).FirstOrDefault(address => !IsLoopback(address)) is not { } address)
        {
            // Read by ASP.NET Core's host filtering, which is part of every web application. Many are made from a
            // template that has * there.
            if (configuration["AllowedHosts"] is null or "" or "*") configuration["AllowedHosts"] = OwnHosts;
            return;
        }

        throw new FormatException(
            $"Auth:Mode is Guest, in which whoever connects is believed, and {address} can be reached from other machines; "
            + "set Auth:Mode=Accounts or Auth:Mode=Tokens, or Auth:AllowPublicGuests=true");
    }

    // Where the web server looks, in the order of what wins there.
    private static IEnumerable<string> Addresses(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        var hosting = HostingAddresses(configuration).ToList();
        return endpoints.Count > 0 && !(hosting.Count > 0 && IsSet(configuration[WebHostDefaults.PreferHostingUrlsKey])) ? endpoints : hosting;
    }

    // As the web server reads it.
    private static bool IsSet(string? flag) => flag == "1" || string.Equals(flag, "true", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> HostingAddresses(IConfiguration configuration)
    {
        if (configuration["urls"] is { } urls) return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Ports("http").Concat(Ports("https"));

        IEnumerable<string> Ports(string scheme) =>
            (configuration[$"{scheme}_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => $"{scheme}://*:{port}");
    }

    private static bool IsLoopback(string text)
    {
        var address = BindingAddress.Parse(text);
        return address.IsUnixPipe || address.IsNamedPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
