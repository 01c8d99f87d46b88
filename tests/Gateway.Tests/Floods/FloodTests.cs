using System.Globalization;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Hostile;

namespace OrleansChat.Gateway.Tests.Floods;

/// <summary>
/// A gateway as it is run for real, a flood from another process, and people who chat beside it: each flooding command
/// is served or refused, and nobody else notices. What they would notice first is told as figures.
/// </summary>
[Collection(nameof(Alone))]
public sealed class FloodTests(ITestOutputHelper output)
{
    private const int Seconds = 8;
    private const int Rooms = 8;

    // Whether the gateway has said that a user's grain did not answer in time, as on a machine that is too slow.
    private bool _unanswered;

    [Fact]
    public async Task A_flood_from_one_connection_is_refused_and_nobody_else_notices()
    {
        var counts = await FloodAsync("one connection", server => new FloodWish("commands", [server], Seconds)
        {
            Served = 500,
            User = "mallory",
            Room = "flooded",
            Connections = 1,
        });
        AssertLimited(counts, perSecond: 100, burst: 500);
    }

    [Fact]
    public async Task A_flood_from_many_connections_of_one_user_is_refused_and_nobody_else_notices()
    {
        var counts = await FloodAsync("fifteen connections of one user", server => new FloodWish("commands", [server], Seconds)
        {
            Served = 1000 + 10,
            User = "mallory",
            Room = "flooded",
            Connections = 15,
        });
        // A hundredth is not counted.
        AssertLimited(counts, perSecond: 200 + 2, burst: 1000 + 10, oneConnections: 500 + (2 * 100));
    }

    [Fact]
    public async Task A_flood_of_searches_from_many_connections_of_one_user_is_refused_and_nobody_else_notices()
    {
        var counts = await FloodAsync("searches on fifteen connections of one user", server => new FloodWish("commands", [server], Seconds)
        {
            Served = 30,
            User = "mallory",
            Room = "flooded",
            Query = "zzzz",
            Connections = 15,
        });
        AssertLimited(counts, perSecond: 3, burst: 30);
    }

    [Fact]
    public async Task A_flood_of_connects_from_many_addresses_is_refused_and_nobody_else_notices()
    {
        var counts = await FloodAsync(
            "connects from 60 addresses",
            server => new FloodWish("connects", [server], Seconds) { Served = 3, Addresses = 60, AtOnce = 30 },
            "--Chat:Limits:ConnectsPerSecondPerAddress=1",
            "--Chat:Limits:ConnectBurstPerAddress=40");
        Assert.Equal(counts.Sent, counts.Statuses.Values.Sum());
        // None: reset at the door. And who has waited too long to come in is sent away, if there was time to wait so long.
        string[] known = ["101", "429", "none"];
        if (counts.Ms >= Arrivals.Patience.TotalMilliseconds) known = [.. known, "503"];
        Assert.Empty(counts.Statuses.Keys.Except(known));
        // Addresses may share a limiter, so there are at most as many as addresses.
        Assert.InRange(counts.Statuses["101"], 3, 60 * (41 + (counts.Ms / 1000)));
        // And those who were on their way when the patience with them ended, each time that it did.
        var told = AddressPatience.Times + ((AddressPatience.TimesPerSecond * 2) * (counts.Ms / 1000));
        Assert.InRange(counts.Statuses["429"], 1, (60 * told) + 30);
    }

    /// <param name="counts">What came of it.</param>
    /// <param name="perSecond">What is let through for as long as it goes on.</param>
    /// <param name="burst">What is let through at once.</param>
    /// <param name="oneConnections">
    /// What is let through beside it each time that the grain of the user took too long to answer: so much as one connection
    /// may send in the two seconds before it is asked again.
    /// </param>
    private void AssertLimited(FloodCounts counts, int perSecond, int burst, int oneConnections = 0)
    {
        Assert.Empty(counts.Other);
        Assert.Equal((0, counts.Sent), (counts.Lost, counts.Served + counts.Refused));
        Assert.True(counts.Refused > 0, "nothing was refused");
        var most = burst + (perSecond * counts.Ms / 1000) + 1;
        if (_unanswered) most += oneConnections * ((counts.Ms / 2000) + 1);
        Assert.InRange(counts.Served, burst, most);
    }

    private async Task<FloodCounts> FloodAsync(string what, Func<string, FloodWish> wish, params string[] settings)
    {
        using var data = new DataDirectory();
        await using var gateway = await GatewayProcess.StartAsync(data, settings);
        var counts = await FloodAsync(what, wish(gateway.Authority));
        // All that it has said is there when it has ended.
        await gateway.TerminateAsync();
        await gateway.EndedAsync();
        _unanswered = gateway.Output.Any(line => line.Contains("allowances of users", StringComparison.Ordinal));
        return counts;
    }

    private async Task<FloodCounts> FloodAsync(string what, FloodWish wish)
    {
        await using var neighbours = await Neighbours.ArriveAsync(wish.Servers, Rooms);
        // What is compiled while it runs is compiled before it is measured.
        await neighbours.ChatAsync(TimeSpan.FromSeconds(Seconds / 2));
        var quiet = await neighbours.ChatAsync(TimeSpan.FromSeconds(Seconds));
        await using var flooder = await Flooder.StartAsync(wish);
        var flooded = await neighbours.ChatAsync(TimeSpan.FromSeconds(Seconds - 1));
        var counts = await flooder.CountsAsync();
        var after = await neighbours.ChatAsync(TimeSpan.FromSeconds(1));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"flood: {what}, {counts.Ms / 1000:F1} s"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {counts.Sent} sent, {counts.Served} served, {counts.Refused} refused, handshakes {string.Join(", ", counts.Statuses)}, {string.Join(", ", counts.Other.Keys)}"));
        output.WriteLine($"  others, from sending to delivery: quiet {quiet}; under the flood {flooded}; after it {after}");
        return counts;
    }
}
