using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Rooms;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>An activation that ends tells its gateways, which would otherwise learn of it ten seconds later.</summary>
public sealed class LastWordTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    [Fact]
    public async Task A_room_that_was_fenced_says_a_last_word_to_each_of_its_gateways()
    {
        var (id, room) = await NewRoomAsync();
        FakeGateway[] gateways = [new(), new()];
        var epoch = 0L;
        foreach (var gateway in gateways) epoch = (await RenewAsync(room, gateway)).Epoch;
        await cluster.Temp.Rooms.OpenAsync(id);
        await Assert.ThrowsAsync<ChatException>(() => room.SendAsync("alice", "refused"));
        foreach (var gateway in gateways)
        {
            await Eventually.TrueAsync(() => gateway.Batches.Any(b => b.Ended), "it is told that the activation has ended");
            var last = gateway.Batches.Single(b => b.Ended);
            Assert.Equal((epoch, 1L, 0), (last.Epoch, last.LastSeq, last.Events.Length));
        }
    }

    [Fact]
    public async Task A_commit_of_which_nobody_knows_ends_the_activation_with_a_last_word()
    {
        var (id, room) = await NewRoomAsync();
        var gateway = new FakeGateway();
        await RenewAsync(room, gateway);
        var attempt = 1;
        while (await UnknownCommits.IsAcknowledgedAsync(cluster, id, $"k{attempt}"))
        {
            Assert.True(attempt < 50, "no message ever goes into the transaction that fails");
            attempt++;
        }

        await Eventually.TrueAsync(() => gateway.Batches.Any(b => b.Ended), "it is told that the activation has ended");
    }

    [Fact]
    public async Task A_last_word_comes_when_a_renewal_finds_the_next_activation()
    {
        var (_, room) = await NewRoomAsync();
        var gateway = new FakeGateway();
        var before = await RenewAsync(room, gateway);
        await cluster.DeactivateAsync(room);
        await Eventually.TrueAsync(() => gateway.Batches.Any(b => b.Ended), "it is told that the activation has ended");
        Assert.Equal(before.Epoch + 1, (await RenewAsync(room, gateway)).Epoch);
        await room.SendAsync("alice", "live again");
        await Eventually.TrueAsync(() => gateway.Events.Any(e => e.Text == "live again"), "the event is delivered");
    }

    private async Task<(string Id, IRoomGrain Room)> NewRoomAsync()
    {
        var id = cluster.Name("room");
        await cluster.Room(id).Join("alice", null);
        await cluster.Room(id).SendAsync("alice", "first", "k0");
        return (id, cluster.Room(id));
    }

    private Task<RouteStatus> RenewAsync(IRoomGrain room, FakeGateway gateway) => room.Renew(new RouteRenewal(
        gateway.Name, gateway.Batches.Length + 1, "g", cluster.Reference(gateway), -1, Full: true, ["alice"], [], WantPresence: false));
}
