using System.Globalization;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Gateway.Tests.Floods;

namespace OrleansChat.Cluster.Tests.Scenarios;

public sealed class FloodTests(ITestOutputHelper output)
{
    // What one user may send: the burst, and then so many a second. Of each gateway a hundredth of both is not counted.
    private const int Burst = 1000, PerSecond = 200;

    // What one connection may send, and so what a gateway lets through beside it while the grain of the user does not answer.
    private const int ConnectionBurst = 500, ConnectionPerSecond = 100;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Who_floods_through_two_gateways_gets_what_one_would_let_through_and_nobody_else_notices()
    {
        // One of its own: what its gateways say has to do with this flood.
        await using var cluster = await ClusterUnderTest.StartAsync();
        string[] servers = [.. cluster.GatewayAddresses.Select(address => address.Authority)];
        await using var neighbours = await Neighbours.ArriveAsync(servers, rooms: 4);
        await neighbours.ChatAsync(Time / 2);
        var quiet = await neighbours.ChatAsync(Time);
        await using var flooder = await Flooder.StartAsync(new FloodWish("commands", servers, (int)Time.TotalSeconds)
        {
            User = "mallory",
            Room = "flooded",
            Connections = 8,
            Served = Burst,
        });
        var flooded = await neighbours.ChatAsync(Time);
        var counts = await flooder.CountsAsync();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"flood through two gateways, {counts.Ms / 1000:F1} s: {counts.Sent} sent, {counts.Served} served, {counts.Refused} refused"));
        output.WriteLine($"  others, from sending to delivery: quiet {quiet}; under the flood {flooded}");

        Assert.Empty(counts.Other);
        Assert.Equal((0, counts.Sent), (counts.Lost, counts.Served + counts.Refused));
        var most = Burst + (2 * Burst / 100) + ((PerSecond + (2 * PerSecond / 100)) * counts.Ms / 1000) + 1;
        if (counts.Served > most)
        {
            // The grain took too long to answer, as on a machine that is too slow. The gateway where that was has said so,
            // asks again after two seconds, and counts anew each time.
            await Patience.UntilAsync(() =>
                cluster.Gateways.SelectMany(gateway => gateway.Output).Any(line => line.Contains("allowances of users", StringComparison.Ordinal))
                    ? null
                    : $"{counts.Served} were served and not {most}, and every answer came in time");
            most += servers.Length * (ConnectionBurst + (2 * ConnectionPerSecond)) * ((counts.Ms / 2000) + 1);
        }

        Assert.InRange(counts.Served, Burst, most);
        Assert.True(counts.Refused > 0, "nothing was refused");
    }
}
