using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace OrleansChat.Grains.Hosting;

/// <summary>How processes find each other and where rooms are kept.</summary>
public enum ClusterMode
{
    /// <summary>Silo and gateway in one process, over SQLite. The default.</summary>
    Embedded,

    /// <summary>Silos and gateways in processes of their own, over PostgreSQL.</summary>
    Postgres,
}

/// <summary>
/// The sections <c>Cluster</c> and <c>ConnectionStrings</c>, read and checked before anything starts. No message of an
/// error repeats the connection string, for it holds a password.
/// </summary>
public sealed class ClusterSettings
{
    private static readonly string[] Known = [nameof(Mode), nameof(AdvertisedAddress), nameof(SiloPort), nameof(GatewayPort)];

    private readonly IConfiguration _configuration;

    private ClusterSettings(IConfiguration configuration) => _configuration = configuration;

    /// <summary><c>Cluster:Mode</c>.</summary>
    public ClusterMode Mode { get; private init; }

    /// <summary><c>ConnectionStrings:Chat</c>; empty in <see cref="ClusterMode.Embedded"/>.</summary>
    public string ConnectionString { get; private init; } = "";

    /// <summary><c>Cluster:SiloPort</c>: where other silos reach this one. 1 to 65535, 11111 by default.</summary>
    public int SiloPort => Port(nameof(SiloPort), 11_111);

    /// <summary><c>Cluster:GatewayPort</c>: where gateways reach this silo. 1 to 65535, 30000 by default.</summary>
    public int GatewayPort => Port(nameof(GatewayPort), 30_000);

    /// <summary><c>Cluster:AdvertisedAddress</c>: the address under which the others reach this silo.</summary>
    /// <exception cref="FormatException">It is missing, or neither an address nor a name that can be looked up.</exception>
    public IPAddress AdvertisedAddress()
    {
        if (_configuration["Cluster:AdvertisedAddress"] is not { Length: > 0 } text)
        {
            throw new FormatException(
                "Cluster:AdvertisedAddress is missing; it is the address under which gateways and other silos reach this one, such as 10.0.0.7");
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
                ? throw new FormatException($"Cluster:AdvertisedAddress is '{text}', which nobody can connect to; name one address of this machine")
                : address;
        }

        try
        {
            return Dns.GetHostAddresses(text, AddressFamily.InterNetwork)[0];
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            throw new FormatException($"Cluster:AdvertisedAddress is '{text}', which is no address and cannot be looked up: {error.Message}", error);
        }
    }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="FormatException">One is wrong or missing; the message names it.</exception>
    public static ClusterSettings Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        CheckNames(configuration);
        var mode = ReadMode(configuration["Cluster:Mode"]);
        var connection = configuration.GetConnectionString("Chat");
        if (mode == ClusterMode.Postgres) return new(configuration) { Mode = mode, ConnectionString = Checked(connection) };
        // A forgotten mode would put messages into a file that nobody backs up.
        if (!string.IsNullOrEmpty(connection))
            throw new FormatException("ConnectionStrings:Chat is set, but Cluster:Mode is Embedded, which keeps messages in a SQLite file; set Cluster:Mode=Postgres");
        return new(configuration) { Mode = mode };
    }

    private static ClusterMode ReadMode(string? text) =>
        text is null ? ClusterMode.Embedded
        : Enum.GetNames<ClusterMode>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<ClusterMode>(text, ignoreCase: true)
        : throw new FormatException($"Cluster:Mode is '{text}'; it must be Embedded or Postgres");

    private static void CheckNames(IConfiguration configuration)
    {
        var unknown = configuration.GetSection("Cluster").GetChildren()
            .FirstOrDefault(child => !Known.Contains(child.Key, StringComparer.OrdinalIgnoreCase));
        if (unknown is not null)
            throw new FormatException($"{unknown.Path} is not a setting; in Cluster there are {string.Join(", ", Known)}");
    }

    private static string Checked(string? connection)
    {
        const string Example = "such as Host=db.example.com;Database=chat;Username=chat;Password=…";
        if (string.IsNullOrWhiteSpace(connection))
            throw new FormatException($"ConnectionStrings:Chat is missing; Cluster:Mode=Postgres needs it, {Example}");
        NpgsqlConnectionStringBuilder parts;
        try
        {
            parts = new NpgsqlConnectionStringBuilder(connection);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            throw new FormatException($"ConnectionStrings:Chat is not a PostgreSQL connection string, {Example}", error);
        }

        if (string.IsNullOrEmpty(parts.Host)) throw new FormatException($"ConnectionStrings:Chat names no Host, {Example}");
        if (string.IsNullOrEmpty(parts.Database)) throw new FormatException($"ConnectionStrings:Chat names no Database, {Example}");
        return connection;
    }

    private int Port(string name, int usual)
    {
        if (_configuration[$"Cluster:{name}"] is not { } text) return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort
            ? port
            : throw new FormatException($"Cluster:{name} is '{text}'; it must be a port between 1 and {IPEndPoint.MaxPort}");
    }
}
