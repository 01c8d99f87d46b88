using System.Net;
using System.Net.WebSockets;
using System.Text;
using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Proxies;

/// <summary>nginx, with the locations that <c>deploy/nginx</c> gives it.</summary>
public sealed class DeployedProxyTests
{
    [Fact]
    public async Task What_gateways_refuse_to_one_takes_them_away_from_nobody_and_their_health_is_not_the_world_s()
    {
        await using var cluster = await ClusterUnderTest.PrepareAsync(silos: 1, gateways: 2, "--Chat:Limits:Connections=1");
        foreach (var process in cluster.Silos.Concat(cluster.Gateways)) process.Start();
        await cluster.UntilReadyAsync();
        await using var balancer = await LoadBalancer.StartAsDeployedAsync(cluster.GatewayAddresses);
        using var http = new HttpClient { BaseAddress = balancer.Address };
        // Both are full: what is not needed to go on is refused with 503, as often as somebody likes to ask.
        await using var alice = await Visitor.ConnectAsync(cluster.GatewayAddresses[0], "alice");
        await using var bob = await Visitor.ConnectAsync(cluster.GatewayAddresses[1], "bob");
        for (var i = 0; i < 10; i++)
        {
            using var refused = await http.GetAsync("/api/rooms?user=carol");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains("\"retryAfterMs\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/"));
        using var carol = new ClientWebSocket();
        await carol.ConnectAsync(new Uri($"ws://{balancer.Address.Authority}/ws?user=carol"), CancellationToken.None);
        Assert.DoesNotContain("\"welcome\"", await ReceiveAsync(carol) ?? "", StringComparison.Ordinal);
        while (carol.CloseStatus is null) await ReceiveAsync(carol);
        Assert.Equal(1013, (int)carol.CloseStatus);

        foreach (var path in new[] { "/healthz/live", "/Healthz/Live", "/HEALTHZ/live", "/%68ealthz/live", "/healthz" })
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, path));
        await Patience.UntilAsync(async () => await StatusAsync(http, "/healthz/ready") == HttpStatusCode.OK ? null : "not ready through nginx");
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path);
        return answer.StatusCode;
    }

    /// <returns>The next frame; null for the close.</returns>
    private static async Task<string?> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        return received.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
