using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Accounts;

/// <summary>A user whose tokens are revoked is off every connection of every gateway, whichever gateway was asked.</summary>
public sealed class RevocationTests(ITestOutputHelper output)
{
    private const string Key = "a-key-of-the-cluster-tests";
    private const int Connections = 40;

    private static readonly string[] Settings =
    [
        "--Auth:Mode=Tokens",
        "--Auth:ApiKeys:0:Name=backend",
        $"--Auth:ApiKeys:0:Hash={Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))}",
        "--Chat:Limits:ConnectionsPerUser=200",
    ];

    private readonly HttpClient _http = new() { DefaultRequestHeaders = { { "Authorization", $"ApiKey {Key}" } } };

    [Fact]
    public async Task A_revoked_user_is_off_all_gateways_also_when_a_silo_dies_at_that_moment()
    {
        await using var cluster = await ClusterUnderTest.PrepareAsync(silos: 2, gateways: 2, Settings);
        foreach (var process in cluster.Silos.Concat(cluster.Gateways)) process.Start();
        await cluster.UntilReadyAsync();
        using var http = _http;

        await SentAwayAsync(cluster, "alice", "nothing else happens", static () => { });
        // Whichever silo has the user's grain: one of the two users is on the one that is killed, as a rule.
        foreach (var user in new[] { "bob", "carol" })
        {
            await SentAwayAsync(cluster, user, "a silo is killed just before", () => cluster.Silos[0].Kill());
            await cluster.Silos[0].UntilEndedAsync(user == "bob" ? 1 : 2);
            await cluster.UntilReadyAsync();
        }
    }

    private async Task SentAwayAsync(ClusterUnderTest cluster, string user, string when, Action before)
    {
        var token = await TokenAsync(cluster.GatewayAddresses[0], user);
        var sockets = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async i =>
        {
            var (first, socket) = await AccountHolder.ConnectAsync(cluster.GatewayAddresses[i % 2], token);
            Assert.Equal("welcome", first);
            return socket;
        }));
        before();
        await Patience.UntilAsync(async () =>
        {
            using var response = await _http.PostAsync(new Uri(cluster.GatewayAddresses[1], $"/api/users/{user}/revoke"), content: null);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return "not revoked";
            response.EnsureSuccessStatusCode();
            return null;
        });
        var revokedAt = TimeProvider.System.GetTimestamp();
        var ended = await Task.WhenAll(sockets.Select(async socket =>
        {
            Assert.Equal(4500, await AccountHolder.CloseCodeAsync(socket));
            return TimeProvider.System.GetElapsedTime(revokedAt);
        }));
        foreach (var socket in sockets) socket.Dispose();
        foreach (var gateway in cluster.GatewayAddresses)
        {
            var (first, socket) = await AccountHolder.ConnectAsync(gateway, token);
            using (socket) Assert.Equal("goodbye", first);
        }

        var (old, last) = (await TokenAsync(cluster.GatewayAddresses[1], user), ended.Max());
        var (welcome, back) = await AccountHolder.ConnectAsync(cluster.GatewayAddresses[0], old);
        using (back) Assert.Equal("welcome", welcome);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{when}: the last of {Connections} connections on two gateways ended {last.TotalMilliseconds:0} ms after the answer"));
    }

    // The user's grain is asked, which may be on its way from the silo that was killed.
    private async Task<string> TokenAsync(Uri gateway, string user)
    {
        string? token = null;
        await Patience.UntilAsync(async () =>
        {
            using var response = await _http.PostAsJsonAsync(new Uri(gateway, "/api/tokens"), new { user });
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return "no token is issued";
            using var answer = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
            token = answer.RootElement.GetProperty("token").GetString();
            return null;
        });
        return token!;
    }
}
