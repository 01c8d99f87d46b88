using System.Globalization;
using Microsoft.Data.Sqlite;
using OrleansChat.Gateway.Tests.Hosting;

namespace OrleansChat.Gateway.Tests.Accounts.Certificates;

/// <summary>The keys of tokens, encrypted in the database; with the gateway as it is run, for it is told at its start.</summary>
public sealed class KeysCertificateTests
{
    [Fact]
    public async Task Keys_are_encrypted_in_the_database_and_read_with_the_certificate_alone()
    {
        using var data = new DataDirectory();
        using var certificate = TestCertificate.New(data.Path);
        var tokens = await InAsync(data, Current(certificate.Pfx(), TestCertificate.Password), static client => client.RegisterAsync("alice", AccountGateway.Password));
        var key = Assert.Single(Keys(data)).Value;
        Assert.True(certificate.IsRecipientOf(key), key);
        Assert.DoesNotContain("masterKey", key, StringComparison.Ordinal);

        // The same certificate, as PEM in two files.
        string[] pem = [.. Current(certificate.Pem(), TestCertificate.Password), $"--Auth:KeysCertificate:KeyPath={certificate.Key()}"];
        await InAsync(data, pem, client => client.RefreshAsync(tokens.RefreshToken));

        using var another = TestCertificate.New(data.Path);
        foreach (var settings in new[] { [], Current(another.Pfx(), TestCertificate.Password) })
        {
            var told = await EndsAsync(data, settings);
            Assert.Contains($"is encrypted for the certificate {certificate.Thumbprint} (CN=keys of tokens), which is neither Auth:KeysCertificate nor", told, StringComparison.Ordinal);
        }

        Assert.Equal([key], Keys(data).Values);
    }

    [Fact]
    public async Task A_certificate_is_followed_by_another_and_nobody_is_logged_out()
    {
        using var data = new DataDirectory();
        using var first = TestCertificate.New(data.Path);
        using var next = TestCertificate.New(data.Path);
        string[] both = [.. Current(next.Pfx(), TestCertificate.Password), .. Other(first.Pfx())];
        // The next one is known everywhere before the first key is encrypted for it.
        var tokens = await InAsync(
            data, [.. Current(first.Pfx(), TestCertificate.Password), .. Other(next.Pfx())], static client => client.RegisterAsync("alice", AccountGateway.Password));
        ExpireSoon(data);
        await InAsync(data, both, client => client.RefreshAsync(tokens.RefreshToken));
        var keys = Keys(data);
        Assert.Equal([true, false], keys.Values.Select(first.IsRecipientOf));
        Assert.Equal([false, true], keys.Values.Select(next.IsRecipientOf));

        string[] alone = Current(next.Pfx(), TestCertificate.Password);
        Assert.Contains(first.Thumbprint, await EndsAsync(data, alone), StringComparison.Ordinal);
        Execute(data, $"DELETE FROM data_keys WHERE name = '{keys.Keys.First()}'");
        await InAsync(data, alone, static client => client.LogInAsync("alice", AccountGateway.Password));
    }

    [Fact]
    public async Task Keys_from_before_there_was_a_certificate_go_on_and_it_is_said_that_they_lie_there()
    {
        using var data = new DataDirectory();
        using var certificate = TestCertificate.New(data.Path);
        var tokens = await InAsync(data, [], static client => client.RegisterAsync("alice", AccountGateway.Password));
        Assert.Contains("masterKey", Assert.Single(Keys(data)).Value, StringComparison.Ordinal);
        await using var gateway = await GatewayProcess.StartAsync(data, [.. Mode, .. Current(certificate.PemWithKey())]);
        using var client = new AccountClient(new Uri($"http://{gateway.Authority}"));
        (await client.RefreshAsync(tokens.RefreshToken)).Done();
        // Its log comes in its own time, and is complete at its end.
        await gateway.TerminateAsync();
        await gateway.EndedAsync();
        Assert.Single(gateway.Output, line => line.Contains("1 keys of tokens lie in the database as they were", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_ends_the_start_and_is_named()
    {
        using var data = new DataDirectory();
        using var certificate = TestCertificate.New(data.Path);
        using var expired = TestCertificate.New(data.Path, TimeSpan.FromDays(-2));
        using var signing = TestCertificate.NewForSigning(data.Path);
        var nowhere = Path.Combine(data.Path, "nowhere.pfx");
        foreach (var (settings, named) in new (string[], string)[]
        {
            (Current(nowhere), $"Auth:KeysCertificate: '{nowhere}' cannot be read"),
            (Current(data.Path), $"Auth:KeysCertificate: '{data.Path}' cannot be read"),
            (Current(certificate.Pfx()), "or Auth:KeysCertificate:Password does not open it"),
            (Current(certificate.Pfx(), Wrong), "or Auth:KeysCertificate:Password does not open it"),
            ([.. Current(certificate.Pem(), Wrong), $"--Auth:KeysCertificate:KeyPath={certificate.Key()}"], "or Auth:KeysCertificate:Password does not open it"),
            (Current(certificate.Key(), TestCertificate.Password), "is not a certificate as PFX or PEM"),
            (Current(certificate.Pem()), "has no private key"),
            (Current(signing.Pfx(), TestCertificate.Password), "has a key that is not RSA"),
            (Current(expired.Pfx(), TestCertificate.Password), $"has expired on {expired.LastDay}"),
            ([$"--Auth:KeysCertificate={certificate.Pfx()}"], "set Auth:KeysCertificate:Path"),
            (["--Auth:KeysCertificate:Password=swordfish-4711"], "Auth:KeysCertificate:Path is missing"),
            ([.. Current(certificate.Pfx()), "--Auth:KeysCertificate:Pasword=swordfish-4711"], "Auth:KeysCertificate:Pasword is not a setting"),
            ([$"--Auth:OtherKeysCertificates:3:Path={nowhere}"], $"Auth:OtherKeysCertificates:3: '{nowhere}' cannot be read"),
        })
        {
            var error = await Assert.ThrowsAsync<FormatException>(() => AccountGateway.StartAsync([.. settings.Select(setting => setting[2..])]));
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
            // Of no password; four digits alone may be in the name of a file.
            Assert.DoesNotContain("fish-4711", error.Message, StringComparison.Ordinal);
        }

        // One that has expired is still good for reading.
        await InAsync(data, Other(expired.Pfx()), static client => client.RegisterAsync("alice", AccountGateway.Password));
        Assert.Contains("cannot be read", await EndsAsync(data, Current(nowhere)), StringComparison.Ordinal);
    }

    private const string Wrong = "goldfish-4711";

    private static string[] Mode { get; } = ["--Auth:Mode=Accounts"];

    private static string[] Current(string path, string? password = null) =>
        [$"--Auth:KeysCertificate:Path={path}", .. password is null ? Array.Empty<string>() : [$"--Auth:KeysCertificate:Password={password}"]];

    private static string[] Other(string path) =>
        [$"--Auth:OtherKeysCertificates:0:Path={path}", $"--Auth:OtherKeysCertificates:0:Password={TestCertificate.Password}"];

    /// <summary>Asks a gateway that is started for it, and ends it.</summary>
    private static async Task<Answer> InAsync(DataDirectory data, string[] settings, Func<AccountClient, Task<Answer>> ask)
    {
        await using var gateway = await GatewayProcess.StartAsync(data, [.. Mode, .. settings]);
        using var client = new AccountClient(new Uri($"http://{gateway.Authority}"));
        var answer = (await ask(client)).Done();
        await gateway.TerminateAsync();
        await gateway.EndedAsync();
        return answer;
    }

    /// <returns>The line with which it ends.</returns>
    private static async Task<string> EndsAsync(DataDirectory data, string[] settings)
    {
        await using var gateway = GatewayProcess.Launch(data, ["--urls", "http://127.0.0.1:0", .. Mode, .. settings]);
        await gateway.EndedAsync();
        Assert.Equal(1, gateway.ExitCode);
        return Assert.Single(gateway.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    // Another one is made then, two days before.
    private static void ExpireSoon(DataDirectory data)
    {
        var (name, xml) = Assert.Single(Keys(data));
        var from = xml.IndexOf("<expirationDate>", StringComparison.Ordinal) + "<expirationDate>".Length;
        var to = xml.IndexOf("</expirationDate>", StringComparison.Ordinal);
        var soon = TimeProvider.System.GetUtcNow().AddHours(30).ToString("O", CultureInfo.InvariantCulture);
        Execute(data, "UPDATE data_keys SET xml = $1 WHERE name = $2", $"{xml[..from]}{soon}{xml[to..]}", name);
    }

    private static Dictionary<string, string> Keys(DataDirectory data)
    {
        using var database = Open(data);
        using var command = database.CreateCommand();
        command.CommandText = "SELECT name, xml FROM data_keys ORDER BY name";
        using var rows = command.ExecuteReader();
        var keys = new Dictionary<string, string>();
        while (rows.Read()) keys.Add(rows.GetString(0), rows.GetString(1));
        return keys;
    }

    private static void Execute(DataDirectory data, string sql, params string[] values)
    {
        using var database = Open(data);
        using var command = database.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static SqliteConnection Open(DataDirectory data)
    {
        var connection = new SqliteConnection($"Data Source={data.Database};Pooling=False");
        connection.Open();
        return connection;
    }
}
