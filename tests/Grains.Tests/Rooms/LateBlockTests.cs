using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Clusters;
using static OrleansChat.Grains.Tests.Rooms.Refusals;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>A room that is asked to store a message, and learns of a block before it has done so.</summary>
public sealed class LateBlockTests(CountingCluster cluster) : IClassFixture<CountingCluster>
{
    [Fact]
    public async Task A_message_whose_sender_was_not_blocked_when_it_came_is_held_against_a_block_that_was_answered_meanwhile()
    {
        var (one, other) = (cluster.Name("a"), cluster.Name("b"));
        var id = ChatId.DirectRoom(one, other);
        var room = cluster.Room(id);
        await room.SendAsync(one, "hi");
        // Nothing is known of the two any more but what is read.
        await cluster.DeactivateAsync(room);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.AfterStanding = answer.Task;
        var before = cluster.Reads.Length;
        var late = room.SendAsync(one, "late");
        await Eventually.TrueAsync(() => cluster.Reads.Skip(before).Contains(nameof(IChatReader.FindStandingAsync)), "it is looked up who writes");
        await room.Block(other, true);
        answer.SetResult();
        await RefusedAsync(ChatErrorCode.Blocked, "room", () => late);
        Assert.Equal(["hi"], (await cluster.Temp.LogAsync(id)).Select(e => e.Text));
    }
}
