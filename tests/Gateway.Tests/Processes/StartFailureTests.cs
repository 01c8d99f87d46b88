using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using OrleansChat.Gateway.Tests.Hosting;

namespace OrleansChat.Gateway.Tests.Processes;

/// <summary>What cannot start ends, with one line that names what is wrong.</summary>
public sealed class StartFailureTests
{
    [Theory]
    [InlineData("--Chat:Limits:FrameBytes=abc", "Chat:Limits:FrameBytes")]
    [InlineData("--Chat:Limits:FrameBytes=", "Chat:Limits:FrameBytes")]
    [InlineData("--Chat:Limits:FrameBytes=99999999999", "Chat:Limits:FrameBytes")]
    [InlineData("--Chat:Limits:FrameBytes=12", "Chat:Limits:FrameBytes")]
    [InlineData("--Chat:Limits:PingSeconds=0", "Chat:Limits:PingSeconds")]
    [InlineData("--Chat:Limits:PongSeconds=-1", "Chat:Limits:PongSeconds")]
    [InlineData("--Chat:Limits:MemoryMegabytes=-1", "Chat:Limits:MemoryMegabytes is -1; it must be between 0 and 16777216")]
    [InlineData("--Chat:Limits:RoomsCreated=0", "Chat:Limits:RoomsCreated")]
    [InlineData("--Chat:Limits:SearchesPerMinute=0", "Chat:Limits:SearchesPerMinute")]
    [InlineData("--Chat:Limits:SearchBurst=1801", "Chat:Limits:SearchBurst is 1801; at 180 a minute at most 1800 come back within ten minutes")]
    [InlineData("--Chat:Limits:LoginBurstPerAddress=0", "Chat:Limits:LoginBurstPerAddress")]
    [InlineData("--Chat:Limits:UserCommandBurst=500000", "Chat:Limits:UserCommandBurst is 500000; at 200 a second at most 120000")]
    [InlineData("--Chat:TrustedProxies=10.0.0.1;10.0.0.2", "Chat:TrustedProxies: '10.0.0.1;10.0.0.2'")]
    [InlineData("--Chat:TrustedProxies=10.0.0.0/8,proxy", "Chat:TrustedProxies: 'proxy' is not an address")]
    [InlineData("--Chat:TrustedProxies=0.0.0.0/0", "Chat:TrustedProxies: '0.0.0.0/0' is everybody")]
    [InlineData("--Chat:TrustedProxy=10.0.0.1", "Chat:TrustedProxy is not a setting")]
    [InlineData("--Chat:Limits:FrameByte=1", "Chat:Limits:FrameByte")]
    [InlineData("--Chat:Drain:MaxSeconds=0", "Chat:Drain:MaxSeconds is 0; it must be between 1 and 3600")]
    [InlineData("--Chat:Drain:ConnectionsPerSecond=0", "Chat:Drain:ConnectionsPerSecond")]
    [InlineData("--Chat:Drain:DelaySeconds=-1", "Chat:Drain:DelaySeconds")]
    [InlineData("--Chat:Drain:DelaySeconds=soon", "Chat:Drain:DelaySeconds")]
    [InlineData("--Chat:Drain:Seconds=1", "Chat:Drain:Seconds is not a setting")]
    [InlineData("--Chat:DataDirectori=x", "Chat:DataDirectori")]
    [InlineData("--Auth:Mode=Gast", "Auth:Mode is 'Gast'; it is Guest, or one or several of Accounts, Tokens and External")]
    [InlineData("--Auth:Mode=8", "Auth:Mode is '8'")]
    [InlineData("--Auth:Mode=Guest,Accounts", "Auth:Mode is 'Guest,Accounts'")]
    [InlineData("--Auth:Administrators=alice", "Auth:Administrators is 'alice', but has several values: Auth:Administrators:0=")]
    [InlineData("--Auth:AllowedOrigins=https://app.example.com", "Auth:AllowedOrigins is 'https://app.example.com', but has several values")]
    [InlineData("--Auth:AllowedOrigins:one=https://app.example.com", "Auth:AllowedOrigins:one is not a setting")]
    [InlineData("--Auth:ApiKeys:0:Nmae=x", "Auth:ApiKeys:0:Nmae is not a setting; in Auth:ApiKeys:0 there are Name, Hash")]
    [InlineData("--Auth:ApiKeys:0=x", "Auth:ApiKeys:0 is 'x', but has several values: Auth:ApiKeys:0:Name=")]
    [InlineData("--Auth:AccessMinutes:0=5", "Auth:AccessMinutes:0 is not a setting; Auth:AccessMinutes is one value")]
    [InlineData("--Auth:ApiKeys:0:Hash=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "Auth:ApiKeys:0:Hash is the hash of an empty key")]
    [InlineData("--Chat:TrustedProxies:0=10.0.0.5", "Chat:TrustedProxies is one value, with commas")]
    [InlineData("--Auth:Mode=Tokens", "Auth:ApiKeys:0:Hash")]
    [InlineData("--Auth:Mode=External", "registers no scheme beside its own")]
    [InlineData("--Auth:Mode=Accounts,External", "set Auth:ForeignPrefix to what the ids of those users begin with")]
    [InlineData("--Auth:Mode=Accounts,Tokens", "Auth:Mode has Accounts beside Tokens: anybody could register")]
    [InlineData("--Auth:ForeignPrefix=-shop", "Auth:ForeignPrefix is '-shop', with which no id can begin")]
    [InlineData("--Auth:Mod=Tokens", "Auth:Mod is not a setting")]
    [InlineData("--Auth:ApiKeys:0:Name=x", "Auth:ApiKeys:0:Hash is not a SHA-256")]
    [InlineData("--Auth:Administrators:0=root", "Auth:Mode is Guest")]
    [InlineData("--Auth:AllowedOrigins:0=app.example.com", "Auth:AllowedOrigins names 'app.example.com'")]
    [InlineData("--Auth:AllowedOrigins:0=https://app.example.com/", "Auth:AllowedOrigins")]
    [InlineData("--Auth:AllowPublicGuests=maybe", "Auth:AllowPublicGuests")]
    [InlineData("--urls=http://0.0.0.0:0", "Auth:AllowPublicGuests=true")]
    [InlineData("--urls=http://*:0", "Auth:AllowPublicGuests=true")]
    [InlineData("--urls=http://[::]:0", "Auth:AllowPublicGuests=true")]
    [InlineData("--urls=http://127.0.0.1:0;http://chat.example.com:0", "http://chat.example.com:0 can be reached from other machines")]
    [InlineData("--http_ports=8080", "http://*:8080 can be reached from other machines")]
    [InlineData("--Kestrel:Endpoints:lan:Url=http://0.0.0.0:0", "http://0.0.0.0:0 can be reached from other machines")]
    [InlineData("--urls=nonsense", "nonsense")]
    [InlineData("--urls=http//127.0.0.1:0", "http//127.0.0.1:0")]
    [InlineData("--urls=http://127.0.0.1:99999", "99999")]
    [InlineData("--urls=ftp://127.0.0.1:0", "ftp")]
    [InlineData("--urls=http://127.0.0.1:port", "127.0.0.1:port")]
    [InlineData("--urls=http://localhost:0", "localhost")]
    [InlineData("--urls=https://127.0.0.1:0", "HTTPS")]
    public async Task A_typo_in_a_setting_ends_the_start_with_one_line_that_names_it(string setting, string named)
    {
        using var data = new DataDirectory();
        var arguments = setting.StartsWith("--urls", StringComparison.Ordinal) || setting.StartsWith("--http_ports", StringComparison.Ordinal) ? new[] { setting } : ["--urls", "http://127.0.0.1:0", setting];
        await using var gateway = GatewayProcess.Launch(data, arguments);
        await AssertOneLineAsync(gateway, named);
    }

    [Fact]
    public async Task A_gateway_of_guests_is_kept_to_itself_also_where_the_hosting_s_addresses_win_over_the_web_server_s()
    {
        using var data = new DataDirectory();
        await using var gateway = GatewayProcess.Launch(
            data, "--Kestrel:Endpoints:own:Url=http://127.0.0.1:0", "--urls=http://0.0.0.0:0", "--preferHostingUrls=true");
        await AssertOneLineAsync(gateway, "http://0.0.0.0:0 can be reached from other machines");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var data = new DataDirectory();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var gateway = GatewayProcess.Launch(data, "--urls", $"http://127.0.0.1:{port}");
        await AssertOneLineAsync(gateway, port);
    }

    [Fact]
    public async Task A_second_process_on_the_same_directory_ends_and_the_first_goes_on()
    {
        using var data = new DataDirectory();
        await using var first = await GatewayProcess.StartAsync(data);
        await using var client = await first.ConnectAsync("alice");
        await client.JoinAsync("lobby");
        await using (var second = GatewayProcess.Launch(data, "--urls", "http://127.0.0.1:0")) await AssertOneLineAsync(second, data.Path);
        await client.SayAsync("lobby", "still here");
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_left_alone()
    {
        using var data = new DataDirectory();
        await using (var older = await GatewayProcess.StartAsync(data))
        {
            await older.TerminateAsync();
            await older.EndedAsync();
        }

        Change(data.Database, "INSERT INTO schema_versions (version, applied_at) VALUES (9999, '2099-01-01T00:00:00.000Z')");
        await using var gateway = GatewayProcess.Launch(data, "--urls", "http://127.0.0.1:0");
        await AssertOneLineAsync(gateway, data.Database);
        Assert.Contains("9999", gateway.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        using var data = new DataDirectory();
        await File.WriteAllTextAsync(data.Database, string.Concat(Enumerable.Repeat("this is not a database. ", 500)));
        await using var gateway = GatewayProcess.Launch(data, "--urls", "http://127.0.0.1:0");
        await AssertOneLineAsync(gateway, data.Database);
    }

    [Fact]
    public async Task A_database_that_another_program_holds_is_named()
    {
        using var data = new DataDirectory();
        using var other = new SqliteConnection($"Data Source={data.Database};Pooling=False");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; BEGIN EXCLUSIVE; CREATE TABLE held (x)";
        command.ExecuteNonQuery();
        await using var gateway = GatewayProcess.Launch(data, "--urls", "http://127.0.0.1:0");
        await AssertOneLineAsync(gateway, data.Database);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_one_is_named()
    {
        using var data = new DataDirectory();
        var file = Path.Combine(data.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await using var gateway = GatewayProcess.LaunchIn(data.Path, "--urls", "http://127.0.0.1:0", $"--Chat:DataDirectory={file}");
        await AssertOneLineAsync(gateway, file);
    }

    [Fact]
    public async Task A_directory_that_may_not_be_written_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "permissions are another matter there");
        using var data = new DataDirectory();
        // Nothing but the kernel's own file system is closed to root.
        var closed = Environment.IsPrivilegedProcess ? "/proc/orleanschat" : Path.Combine(data.Path, "closed");
        if (!Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var gateway = GatewayProcess.LaunchIn(data.Path, "--urls", "http://127.0.0.1:0", $"--Chat:DataDirectory={closed}");
        await AssertOneLineAsync(gateway, closed);
    }

    private static async Task AssertOneLineAsync(GatewayProcess gateway, string named)
    {
        await gateway.EndedAsync();
        var line = Assert.Single(gateway.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("Gateway: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Output, output => output.Contains("   at ", StringComparison.Ordinal));
        Assert.InRange(gateway.ExitCode, 1, 127);
    }

    private static void Change(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
