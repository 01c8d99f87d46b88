using System.Globalization;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Gateway.Tests.Floods;

namespace OrleansChat.Cluster.Tests.Scenarios;

public sealed class FloodTests(SharedCluster shared, ITestOutputHelper output)
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Who_floods_through_two_gateways_gets_what_one_would_let_through_and_nobody_else_notices()
    {
        var cluster = await shared.UseAsync();
        string[] servers = [.. cluster.GatewayAddresses.Select(address => address.Authority)];
        await using var neighbours = await Neighbours.ArriveAsync(servers, rooms: 4);
        await neighbours.ChatAsync(Time / 2);
        var quiet = await neighbours.ChatAsync(Time);
        await using var flooder = await Flooder.StartAsync(new FloodWish("commands", servers, (int)Time.TotalSeconds)
        {
            User = "mallory",
            Room = "flooded",
            Connections = 8,
        });
        var flooded = await neighbours.ChatAsync(Time);
        var counts = await flooder.CountsAsync();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"flood through two gateways, {counts.Ms / 1000:F1} s: {counts.Sent} sent, {counts.Served} served, {counts.Refused} refused"));
        output.WriteLine($"  others, from sending to delivery: quiet {quiet}; under the flood {flooded}");

        Assert.Empty(counts.Other);
        Assert.Equal((0, counts.Sent), (counts.Lost, counts.Served + counts.Refused));
        // The burst and the rate of one user, and of each gateway the hundredth that it does not count.
        Assert.InRange(counts.Served, 1000, 1000 + 20 + ((200 + 4) * counts.Ms / 1000) + 1);
        Assert.True(counts.Refused > 0, "nothing was refused");
    }
}
