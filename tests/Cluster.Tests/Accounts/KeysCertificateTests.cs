using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Npgsql;
using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Cluster.Tests.Accounts;

/// <summary>The keys of tokens, encrypted in PostgreSQL: what gateways with a certificate can do, and one without it cannot.</summary>
public sealed class KeysCertificateTests
{
    private const string Password = "swordfish-4711";

    [Fact]
    public async Task A_gateway_without_the_certificate_is_not_ready_and_says_so_and_with_another_one_beside_it_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("orleanschat-keys-");
        try
        {
            using var first = New();
            using var second = New();
            var (current, other) = (Path.Combine(folder.FullName, "current.pfx"), Path.Combine(folder.FullName, "other.pfx"));
            await WriteAsync(current, first);
            await WriteAsync(other, first);
            await using var cluster = await ClusterUnderTest.PrepareAsync(
                silos: 1,
                gateways: 2,
                "--Auth:Mode=Accounts",
                $"--Auth:KeysCertificate:Path={current}",
                $"--Auth:KeysCertificate:Password={Password}",
                $"--Auth:OtherKeysCertificates:0:Path={other}",
                $"--Auth:OtherKeysCertificates:0:Password={Password}");
            foreach (var process in cluster.Silos.Concat(cluster.Gateways)) process.Start();
            await cluster.UntilReadyAsync();
            using var alice = new AccountHolder();
            var (one, two) = (cluster.GatewayAddresses[0], cluster.GatewayAddresses[1]);
            var tokens = await RefreshAsync(alice, two, await alice.RegisterSurelyAsync(one, "alice"));
            var key = await KeyAsync(cluster);
            Assert.Contains(Convert.ToBase64String(first.RawData), key, StringComparison.Ordinal);
            Assert.DoesNotContain("masterKey", key, StringComparison.Ordinal);

            await WriteAsync(current, second);
            await WriteAsync(other, second);
            var without = cluster.Gateways[1];
            without.Kill();
            await Patience.UntilAsync(() => Task.FromResult(
                without.Output.Any(line => line.Contains($"is encrypted for the certificate {first.Thumbprint}", StringComparison.Ordinal)) ? null : "it does not say so"));
            await WriteAsync(other, first);
            await without.UntilStatusAsync("/healthz/ready", 503);
            Assert.Equal(503, (await alice.RefreshAsync(two, tokens.GetProperty("refreshToken").GetString()!)).Status);
            tokens = await RefreshAsync(alice, one, tokens);

            without.Kill();
            await without.UntilReadyAsync();
            await RefreshAsync(alice, two, tokens);
            Assert.Equal(key, await KeyAsync(cluster));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<JsonElement> RefreshAsync(AccountHolder holder, Uri gateway, JsonElement tokens)
    {
        var (status, newer) = await AccountHolder.SurelyAsync(
            () => holder.RefreshAsync(gateway, tokens.GetProperty("refreshToken").GetString()!));
        Assert.Equal(200, status);
        return newer;
    }

    private static X509Certificate2 New()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=keys of tokens", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now, now.AddDays(1));
    }

    private static Task WriteAsync(string path, X509Certificate2 certificate) =>
        File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx, Password));

    private static async Task<string> KeyAsync(ClusterUnderTest cluster)
    {
        await using var connection = await PostgresServer.ConnectAsync(cluster.ConnectionString);
        await using var command = new NpgsqlCommand("SELECT string_agg(xml, ' ') FROM data_keys", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
