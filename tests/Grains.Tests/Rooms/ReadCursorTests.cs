using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public sealed class ReadCursorTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    [Fact]
    public async Task A_cursor_moves_forward_and_only_that_is_told()
    {
        var (id, room) = await WithEventsAsync(10);
        var gateway = new FakeGateway();
        await RenewAsync(room, gateway, "r1", "bob");
        foreach (var seq in new[] { 3L, 7, 5, 7, 0, -1, 10 }) await room.Read("alice", seq);
        await Eventually.TrueAsync(() => Reads(gateway).Any(r => r.Seq == 10), "the last is told");
        Assert.Equal([("alice", 3L, false), ("alice", 7, false), ("alice", 10, false)], Reads(gateway).Select(r => (r.User, r.Seq, r.OwnOnly)));
        Assert.Equal(10, (await room.Join("alice", null)).Entry.ReadSeq);
        await cluster.DeactivateAsync(room);
        Assert.Equal(10, (await room.Join("alice", null)).Entry.ReadSeq);
        Assert.Equal(10, (await cluster.Temp.Reader.FindStandingAsync(id, "alice"))!.ReadSeq);
    }

    [Fact]
    public async Task Cursors_that_are_moved_at_once_are_told_in_ascending_order()
    {
        for (var round = 0; round < 5; round++)
        {
            var (_, room) = await WithEventsAsync(40);
            var gateway = new FakeGateway();
            await RenewAsync(room, gateway, "r1", "bob");
            var seqs = Enumerable.Range(1, 40).Select(i => (long)i).ToArray();
            new Random(round).Shuffle(seqs);
            await Task.WhenAll(seqs.Select(seq => room.Read("alice", seq)));
            await Eventually.TrueAsync(() => Reads(gateway).Any(r => r.Seq == 40), "the last is told");
            // Whatever else is on its way arrives before this.
            await room.Typing("alice");
            await Eventually.TrueAsync(() => gateway.Signals.OfType<TypingSignal>().Any(), "the lane has come to its end");
            Assert.Equal(Reads(gateway).Select(r => r.Seq).Order(), Reads(gateway).Select(r => r.Seq));
            Assert.Equal(40, (await room.Join("alice", null)).Entry.ReadSeq);
        }
    }

    [Fact]
    public async Task A_cursor_beyond_the_newest_event_is_refused()
    {
        var (_, room) = await WithEventsAsync(3);
        var refused = await Assert.ThrowsAsync<ChatException>(() => room.Read("alice", 4));
        Assert.Equal((ChatErrorCode.BadField, "seq"), (refused.Code, refused.Field));
        Assert.Equal(0, (await room.Join("alice", null)).Entry.ReadSeq);
    }

    [Fact]
    public async Task Up_to_fifty_members_everyone_is_told_and_above_that_only_the_readers_own_gateways()
    {
        var (_, room) = await WithEventsAsync(5);
        for (var i = 2; i <= 50; i++) await room.Join($"user{i}", null);
        var own = new FakeGateway();
        var other = new FakeGateway();
        await RenewAsync(room, own, "own", "alice");
        await RenewAsync(room, other, "other", "bob");
        await room.Read("alice", 1);
        await Eventually.TrueAsync(() => Reads(other).Length == 1, "at fifty members everyone is told");
        Assert.False(Reads(other)[0].OwnOnly);

        await room.Join("user51", null);
        await room.Read("alice", 2);
        await Eventually.TrueAsync(() => Reads(own).Length == 2, "the reader's own gateway is told");
        Assert.Equal(("alice", 2, true), (Reads(own)[1].User, Reads(own)[1].Seq, Reads(own)[1].OwnOnly));

        await room.Leave("user51", null);
        await room.Read("alice", 3);
        await Eventually.TrueAsync(() => Reads(other).Any(r => r.Seq == 3), "at fifty again everyone is told");
        Assert.Equal([1L, 3], Reads(other).Select(r => r.Seq));
    }

    [Fact]
    public async Task Who_is_not_a_member_has_no_cursor()
    {
        var (_, room) = await WithEventsAsync(3);
        Assert.Equal(ChatErrorCode.NotMember, (await Assert.ThrowsAsync<ChatException>(() => room.Read("bob", 1))).Code);
    }

    private static ReadSignal[] Reads(FakeGateway gateway) => [.. gateway.Signals.OfType<ReadSignal>()];

    private async Task<(string Id, IRoomGrain Room)> WithEventsAsync(int count)
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        await room.Send(new SendBatch("alice", null, [.. Enumerable.Range(0, count).Select(i => Sending.Text($"{i}"))]));
        return (id, room);
    }

    private Task RenewAsync(IRoomGrain room, FakeGateway gateway, string route, string user) =>
        room.Renew(new RouteRenewal(route, 1, route, cluster.Reference(gateway), -1, Full: true, [user], [], WantPresence: false));
}
