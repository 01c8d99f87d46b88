using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Administration;

/// <summary>The HTTP API of one gateway sees and reaches the others.</summary>
public sealed class TwoGatewaysTests(SharedCluster shared)
{
    private const string Key = "a-key-for-this-test-alone";

    [Fact]
    public async Task One_gateway_counts_both_reaches_the_users_of_the_other_and_drains_it()
    {
        await using var cluster = await ClusterUnderTest.PrepareAsync(
            silos: 2,
            gateways: 2,
            "--Auth:ApiKeys:0:Name=backend",
            $"--Auth:ApiKeys:0:Hash={Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))}");
        foreach (var process in cluster.Silos.Concat(cluster.Gateways)) process.Start();
        await cluster.UntilReadyAsync();
        var (here, there) = (cluster.GatewayAddresses[0], cluster.GatewayAddresses[1]);
        using var http = new HttpClient { BaseAddress = here };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("ApiKey", Key);
        using var alice = await ConnectAsync(there, "alice");
        using var bob = await ConnectAsync(there, "bob");
        // Gateways report from time to time, and a silo learns of another one's coming a moment after that one.
        await Patience.UntilAsync(async () =>
        {
            var seen = await GetAsync(http, "/api/admin/counts");
            return new[] { "silos", "gateways", "users", "connections" }.All(what => seen.GetProperty(what).GetInt32() == 2) ? null : $"{seen}";
        });
        var other = (await GatewaysAsync(http)).Single(gateway => gateway.GetProperty("connections").GetInt32() == 2).GetProperty("name").GetString();

        Assert.True((await GetAsync(http, "/api/users/bob/presence")).GetProperty("online").GetBoolean());
        Assert.Equal(other, (await GetAsync(http, "/api/users/bob/connections")).GetProperty("connections")[0].GetProperty("gateway").GetString());
        using (var ended = await http.DeleteAsync("/api/users/bob/connections")) Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Equal(4500, await AccountHolder.CloseCodeAsync(bob));

        using (var begun = await http.PostAsJsonAsync("/api/admin/drain", new { gateway = other })) Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        Assert.Equal(1001, await AccountHolder.CloseCodeAsync(alice));
        Assert.Equal(
            [other], (await GatewaysAsync(http)).Where(gateway => gateway.GetProperty("draining").GetBoolean()).Select(gateway => gateway.GetProperty("name").GetString()));
        await cluster.Gateways[1].UntilStatusAsync("/healthz/ready", 503);
        await cluster.Gateways[0].UntilReadyAsync();
        using var back = await ConnectAsync(here, "alice");
    }

    [Fact]
    public async Task A_user_looks_for_rooms_no_more_often_through_two_gateways_than_through_one()
    {
        var cluster = await shared.UseAsync();
        using var here = new HttpClient { BaseAddress = cluster.GatewayAddresses[0] };
        using var there = new HttpClient { BaseAddress = cluster.GatewayAddresses[1] };
        var user = $"searcher-{Guid.NewGuid():N}";
        var begun = TimeProvider.System.GetTimestamp();
        var (found, late) = (0, 0);
        for (var i = 0; i < 100; i++)
        {
            using var answer = await (i % 2 == 0 ? here : there).GetAsync($"/api/rooms?user={user}&query=tea");
            Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable });
            if (answer.StatusCode == HttpStatusCode.OK) found++;
            // It was let through, and the database took too long on a slow machine.
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable) late++;
        }

        // Thirty at once, and 180 a minute.
        Assert.InRange(found + late, 30, 100);
        Assert.InRange(found, 0, 30 + (3 * TimeProvider.System.GetElapsedTime(begun).TotalSeconds) + 1);
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) => await http.GetFromJsonAsync<JsonElement>(path);

    private static async Task<JsonElement[]> GatewaysAsync(HttpClient http) =>
        [.. (await GetAsync(http, "/api/admin/gateways")).GetProperty("gateways").EnumerateArray()];

    // And is greeted: before that nobody else knows of the connection.
    private static async Task<ClientWebSocket> ConnectAsync(Uri gateway, string user)
    {
        var socket = new ClientWebSocket();
        using var deadline = new CancellationTokenSource(Patience.Limit);
        await socket.ConnectAsync(new Uri($"ws://{gateway.Authority}/ws?user={user}"), deadline.Token);
        var buffer = new byte[64];
        var read = await socket.ReceiveAsync(buffer, deadline.Token);
        Assert.StartsWith("{\"type\":\"welcome\"", Encoding.UTF8.GetString(buffer, 0, read.Count), StringComparison.Ordinal);
        return socket;
    }
}
