using OrleansChat.Grains.Rooms;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public sealed class CensusTests(CountingCluster cluster) : IClassFixture<CountingCluster>
{
    [Fact]
    public async Task However_many_ask_the_rooms_are_read_through_once_a_minute()
    {
        cluster.Clock.Advance(CensusGrain.Kept);
        var (before, reads) = (cluster.Clock.GetUtcNow(), Reads);
        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CountAsync()));
        Assert.Single(counts.Distinct());
        Assert.InRange(counts[0].AsOf, before, cluster.Clock.GetUtcNow());
        await cluster.Room(cluster.Name("room")).Join("alice", null);
        Assert.Equal(counts[0], await CountAsync());
        Assert.Equal(reads + 1, Reads);

        cluster.Clock.Advance(CensusGrain.Kept);
        var later = await CountAsync();
        Assert.Equal(reads + 2, Reads);
        Assert.True(later.AsOf >= counts[0].AsOf + CensusGrain.Kept);
        Assert.Equal(
            (counts[0].Rooms.Public + 1, counts[0].Rooms.Memberships + 1), (later.Rooms.Public, later.Rooms.Memberships));
    }

    [Fact]
    public async Task A_count_that_failed_is_not_kept()
    {
        cluster.Clock.Advance(CensusGrain.Kept);
        await cluster.Temp.ExecuteAsync("ALTER TABLE accounts RENAME TO hidden");
        for (var i = 0; i < 2; i++)
            Assert.Equal(ChatErrorCode.Unavailable, (await Assert.ThrowsAsync<ChatException>(() => Census.Count())).Code);
        await cluster.Temp.ExecuteAsync("ALTER TABLE hidden RENAME TO accounts");
        Assert.Equal(0, (await CountAsync()).Accounts);
    }

    [Fact]
    public async Task A_count_that_takes_very_long_goes_on_and_is_told_when_it_is_done()
    {
        cluster.Clock.Advance(CensusGrain.Kept);
        var reads = Reads;
        var held = new TaskCompletionSource();
        cluster.Before = held.Task;
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(ChatErrorCode.Unavailable, (await Assert.ThrowsAsync<ChatException>(() => Census.Count())).Code);
            // It is not begun anew, or it would never end.
            cluster.Clock.Advance(CensusGrain.Kept);
        }

        held.SetResult();
        Assert.InRange((await CountAsync()).AsOf, DateTimeOffset.MinValue, cluster.Clock.GetUtcNow() - (2 * CensusGrain.Kept));
        Assert.Equal(reads + 1, Reads);
    }

    // Whoever is told that it is still being counted asks again; that begins nothing anew.
    private Task<StoredCounts> CountAsync() => Sending.SurelyAsync(Census.Count);

    private ICensusGrain Census => cluster.Grains.GetGrain<ICensusGrain>(0);

    private int Reads => cluster.Reads.Count(read => read == nameof(IChatReader.CountAsync));
}
