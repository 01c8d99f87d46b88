using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;
using static OrleansChat.Grains.Tests.Rooms.Refusals;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>What sending costs beside the commit.</summary>
public sealed class SendingCostTests(CountingCluster cluster) : IClassFixture<CountingCluster>
{
    [Fact]
    public async Task Nothing_is_read_for_a_message_of_somebody_who_is_known_and_may_write()
    {
        var room = cluster.Room(cluster.Name("room"));
        await room.Join("alice", null);
        await room.SendAsync("alice", "first", "k");
        var direct = cluster.Room(ChatId.DirectRoom("alice", cluster.Name("b")));
        foreach (var warm in new[] { "first", "second" }) await direct.SendAsync("alice", warm);
        var before = cluster.Reads;
        for (var i = 0; i < 10; i++)
        {
            foreach (var one in new[] { room, direct })
            {
                await one.SendAsync("alice", $"{i}", $"k{i}");
                await one.SendAsync("alice", $"{i}");
                Assert.True((await one.SendAsync("alice", $"{i}", $"k{i}")).Duplicate);
                Assert.Equal(ChatErrorCode.KeyReused, (await one.SendAsync("alice", "other", $"k{i}")).Refusal);
            }
        }

        Assert.Equal(before, cluster.Reads);
    }

    [Fact]
    public async Task Whoever_may_not_write_costs_one_read_for_all_their_keys_and_none_without()
    {
        var room = cluster.Room(cluster.Name("room"));
        await room.Create("alice", RoomKind.Public, null, null);
        await room.Join("bob", null);
        await room.Moderate(new Moderation("alice", ModerationAction.Mute, "bob"));
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("bob", "hi"));
        var before = cluster.Reads;
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.SendAsync("bob", "hi"));
        Assert.Equal(before, cluster.Reads);
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.Send(new SendBatch(
            "bob", null, [.. Enumerable.Range(0, 20).Select(i => Sending.Text($"{i}", $"k{i}"))])));
        Assert.Equal([.. before, nameof(IChatReader.FindSentAsync)], cluster.Reads);
    }
}
