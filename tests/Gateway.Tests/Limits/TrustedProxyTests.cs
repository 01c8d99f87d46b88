using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>Each address may have one connection: so it shows for whose the gateway takes one.</summary>
public sealed class TrustedProxyTests
{
    [Fact]
    public async Task A_header_that_anybody_could_write_changes_nothing()
    {
        await using var gateway = await StartAsync(trusted: "");
        Assert.Equal([101, 429, 429], await KnockAsync(
            gateway, "127.0.0.1", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 2.2.2.2", "Forwarded: for=3.3.3.3"));
        await using var other = await StartAsync(trusted: "10.0.0.0/8, 127.0.0.9");
        Assert.Equal([101, 429], await KnockAsync(other, "127.0.0.1", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 2.2.2.2"));
    }

    [Fact]
    public async Task A_trusted_proxy_is_believed()
    {
        await using var gateway = await StartAsync(trusted: "127.0.0.9");
        Assert.Equal([101, 101, 429], await KnockAsync(
            gateway, "127.0.0.9", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 2001:db8::1", "X-Forwarded-For: 1.1.1.1"));
        // It has an address itself, too.
        Assert.Equal([101, 429], await KnockAsync(gateway, "127.0.0.9", "X-Other: 1", "X-Other: 2"));
    }

    [Fact]
    public async Task A_list_of_hops_is_walked_from_the_right_and_only_through_trusted_ones()
    {
        await using var gateway = await StartAsync(trusted: "127.0.0.9 10.0.0.0/24");
        Assert.Equal([101, 429, 429, 101, 429], await KnockAsync(
            gateway,
            "127.0.0.9",
            "X-Forwarded-For: 6.6.6.6, 1.1.1.1, 10.0.0.5",
            // What the client wrote itself stands on the left.
            "X-Forwarded-For: 7.7.7.7, 1.1.1.1, 10.0.0.7",
            "X-Forwarded-For: 1.1.1.1",
            // A hop that nobody trusts is where it comes from, whatever stands before it.
            "X-Forwarded-For: 8.8.8.8, 10.0.1.5",
            "X-Forwarded-For: 9.9.9.9, 10.0.1.5, 10.0.0.5"));
    }

    private static Task<TestGateway> StartAsync(string trusted) =>
        TestGateway.StartAsync("Chat:Limits:ConnectionsPerAddress=1", $"Chat:TrustedProxies={trusted}");

    private static async Task<List<int>> KnockAsync(TestGateway gateway, string from, params string[] headers)
    {
        var visitors = new List<Visitor>();
        foreach (var header in headers) visitors.Add(await Visitor.KnockAsync(gateway.Json("alice"), from, header));
        var statuses = visitors.Select(visitor => visitor.Status).ToList();
        foreach (var visitor in visitors) visitor.Dispose();
        return statuses;
    }
}
