using System.Net;
using System.Threading.RateLimiting;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Limits;

namespace OrleansChat.Gateway.Tests.Limits;

public sealed class AddressLimitTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_address_that_connects_too_often_is_refused_before_the_upgrade_and_others_are_not()
    {
        await using var gateway = await TestGateway.StartAsync(
            "Chat:Limits:ConnectsPerSecondPerAddress=1", "Chat:Limits:ConnectBurstPerAddress=3");
        var refused = 0;
        for (var i = 0; i < 30; i++)
        {
            using var visitor = await Visitor.KnockAsync(gateway.Json($"user{i}"), "127.0.0.2");
            Assert.Contains(visitor.Status, new[] { 101, 429 });
            Assert.True(i >= 3 || visitor.Status == 101, "the burst is let in");
            if (visitor.Status != 429) continue;
            refused++;
            Assert.Contains("\r\nRetry-After: 1\r\n", visitor.Head, StringComparison.Ordinal);
        }

        Assert.True(refused > 0, "none was refused");
        using var other = await Visitor.KnockAsync(gateway.Socket("/ws/bob"), Addresses.Apart("127.0.0.3", "127.0.0.2"));
        Assert.Equal(101, other.Status);
        // Who waits as long as they were told comes in.
        await Patience.UntilAsync(
            async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
                return await Visitor.StatusAsync(gateway.Json("alice"), "127.0.0.2") == 101;
            },
            "it was let in again");
    }

    [Fact]
    public async Task An_address_has_so_many_connections_at_once()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:ConnectionsPerAddress=2");
        using var one = await Visitor.KnockAsync(gateway.Json("alice"), "127.0.0.2");
        using var two = await Visitor.KnockAsync(gateway.Socket("/ws/alice"), "127.0.0.2");
        using (var three = await Visitor.KnockAsync(gateway.Json("alice"), "127.0.0.2"))
        {
            Assert.Equal((101, 101, 429), (one.Status, two.Status, three.Status));
            Assert.Contains("\r\nRetry-After: ", three.Head, StringComparison.Ordinal);
        }

        using var other = await Visitor.KnockAsync(gateway.Json("bob"), "127.0.0.3");
        Assert.Equal(101, other.Status);
        one.Dispose();
        // Whoever asks so often that nobody answers any more is answered again when they go on.
        await Patience.UntilAsync(
            async () => await Visitor.StatusAsync(gateway.Json("alice"), "127.0.0.2") == 101, "there was a place again");
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.1", "0:0:0:1::", false)]
    public void Addresses_are_told_apart_as_far_as_one_customer_reaches(string one, string other, bool same) =>
        Assert.Equal(same, ClientAddress.Of(IPAddress.Parse(one)) == ClientAddress.Of(IPAddress.Parse(other)));

    [Fact]
    public void Nobody_chooses_an_address_that_shares_a_limiter_with_somebody_else_s()
    {
        var chosen = Enumerable.Range(0, 200).SelectMany(n => new[]
        {
            ClientAddress.Of(new IPAddress([(byte)n, 1, 2, 3])),
            new ClientAddress((ulong)n * AddressLimits.Buckets, IsVersion6: true),
            // Whoever has both halves to choose from keeps what one does to the other.
            new ClientAddress(((ulong)n << 32) | (uint)n, IsVersion6: true),
        });
        var buckets = chosen.Select(address => AddressLimits.Partition(address, TokenRate.PerSecond(1, 1)).PartitionKey);
        Assert.InRange(buckets.Distinct().Count(), 500, 600);
    }

    [Fact]
    public void A_flood_from_a_million_addresses_makes_no_more_limiters_than_there_may_be()
    {
        var rate = TokenRate.PerSecond(100, 2000);
        var keys = new HashSet<int>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var refused = 0;
        using var limiter = PartitionedRateLimiter.Create<uint, int>(n =>
        {
            var partition = AddressLimits.Partition(new ClientAddress(0x20010DB8_0000_0000UL | n, IsVersion6: true), rate);
            keys.Add(partition.PartitionKey);
            return partition;
        });
        for (var n = 0u; n < 1_000_000; n++)
        {
            using var lease = limiter.AttemptAcquire(n);
            if (!lease.IsAcquired) refused++;
        }

        output.WriteLine($"{(GC.GetTotalMemory(forceFullCollection: true) - before) >> 10} KB for the limiters");
        // All are used, and so evenly that nobody has to suffer for the others.
        Assert.Equal((AddressLimits.Buckets, 0), (keys.Count, refused));
    }

    [Fact]
    public void Addresses_that_have_gone_take_no_memory()
    {
        var table = new AddressTable(most: 2);
        for (var n = 0u; n < 100_000; n++)
        {
            var address = new ClientAddress(n, IsVersion6: true);
            Assert.True(table.TryEnter(address));
            Assert.True(table.TryEnter(address));
            Assert.False(table.TryEnter(address));
            table.Leave(address);
            table.Leave(address);
        }

        Assert.Equal(0, table.Count);
    }
}
