using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Rooms;
using static OrleansChat.Grains.Tests.Rooms.Refusals;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>
/// What was stored is answered with its seq, however late its acknowledgement is asked for, and whatever its sender may do
/// by then; and nobody else learns of it.
/// </summary>
public abstract class SendingAgainTests(ChatCluster cluster)
{
    private static readonly Actor Alice = new("alice");

    /// <summary>How it comes that bob may no longer write, in which room, and what he is told about anything new.</summary>
    private static readonly Dictionary<string, (RoomKind Kind, Func<IRoomGrain, Task> Do, ChatErrorCode Refusal)> AllWays = new()
    {
        ["muted"] = (RoomKind.Public, room => Do(room, ModerationAction.Mute), ChatErrorCode.Muted),
        ["kicked"] = (RoomKind.Public, room => Do(room, ModerationAction.Kick), ChatErrorCode.NotMember),
        ["banned"] = (RoomKind.Public, room => Do(room, ModerationAction.Ban), ChatErrorCode.Banned),
        ["gone"] = (RoomKind.Public, room => room.Leave("bob", null), ChatErrorCode.NotMember),
        ["archived"] = (RoomKind.Public, room => room.Edit(new RoomEdit(Alice, null, RoomEditKind.Archive)), ChatErrorCode.Archived),
        ["kicked from a private room"] = (RoomKind.Private, room => Do(room, ModerationAction.Kick), ChatErrorCode.NoSuchRoom),
        ["banned from a private room"] = (RoomKind.Private, room => Do(room, ModerationAction.Ban), ChatErrorCode.NoSuchRoom),
    };

    public static TheoryData<string> Ways => [.. AllWays.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Whoever_may_no_longer_write_is_told_what_became_of_what_they_had_sent(string way)
    {
        var (kind, silence, refusal) = AllWays[way];
        var (id, room) = await NewRoomAsync(kind, "bob", "carol");
        await room.SendAsync("carol", "first", "k1");
        var sent = await room.SendAsync("bob", "hi", "k1");
        await silence(room);
        var log = await cluster.Temp.LogAsync(id);
        for (var life = 0; life < 2; life++)
        {
            Assert.Equal(sent with { Duplicate = true }, await room.SendAsync("bob", "hi", "k1"));
            var other = await room.SendAsync("bob", "other", "k1");
            Assert.Equal((ChatErrorCode.KeyReused, "key", 0), (other.Refusal, other.Field, other.Seq));
            foreach (var isNew in new[] { Sending.Text("hi"), Sending.Text("hi", "k2") })
                await RefusedAsync(refusal, "room", () => room.SendAsync("bob", isNew));
            // The key of somebody else, who was never there, is unknown.
            var stranger = await Assert.ThrowsAsync<ChatException>(() => room.SendAsync("eve", "hi", "k1"));
            Assert.Equal(kind == RoomKind.Private ? ChatErrorCode.NoSuchRoom : ChatErrorCode.NotMember, stranger.Code);
            await cluster.DeactivateAsync(room);
        }

        Assert.Equal(log, await cluster.Temp.LogAsync(id));
    }

    [Fact]
    public async Task In_a_direct_room_too_when_one_has_blocked_the_other()
    {
        var (one, other) = (cluster.Name("a"), cluster.Name("b"));
        var id = ChatId.DirectRoom(one, other);
        var room = cluster.Room(id);
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.SendAsync("eve", "hi", "k1"));
        var sent = await room.SendAsync(one, "hi", "k1");
        await room.Leave(one, null);
        await room.Block(other, true);
        for (var life = 0; life < 2; life++)
        {
            Assert.Equal(sent with { Duplicate = true }, await room.SendAsync(one, "hi", "k1"));
            await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.SendAsync(one, "hi", "k2"));
            await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.SendAsync(other, "hi", "k1"));
            await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.SendAsync("eve", "hi", "k1"));
            await cluster.DeactivateAsync(room);
        }

        // To be told so brings nobody back.
        Assert.Null((await cluster.Temp.Reader.FindStandingAsync(id, one))!.Role);
    }

    [Fact]
    public async Task Of_a_batch_what_was_there_is_answered_and_the_rest_refused()
    {
        var (id, room) = await NewRoomAsync(RoomKind.Public, "bob");
        var sent = await room.SendAsync("bob", "hi", "k1");
        await Do(room, ModerationAction.Mute);
        var outcomes = (await room.Send(new SendBatch(
            "bob", null, [Sending.Text("new", "k2"), Sending.Text("hi", "k1"), Sending.Text("no key"), Sending.Text("hi", "k1"), Sending.Text("other", "k1")])))
            .Outcomes;
        Assert.Equal(
            [ChatErrorCode.Muted, null, ChatErrorCode.Muted, null, ChatErrorCode.KeyReused], outcomes.Select(o => o.Refusal));
        Assert.Equal([0L, sent.Seq, 0, sent.Seq, 0], outcomes.Select(o => o.Seq));
        Assert.Equal(["room", null, "room", null, "key"], outcomes.Select(o => o.Field));
        Assert.Contains("muted", outcomes[0].Message, StringComparison.Ordinal);
        Assert.Single(await cluster.Temp.LogAsync(id));
    }

    [Fact]
    public async Task A_key_belongs_to_its_room()
    {
        var (_, one) = await NewRoomAsync(RoomKind.Public, "bob");
        var (_, other) = await NewRoomAsync(RoomKind.Public, "bob");
        await one.SendAsync("bob", "hi", "k1");
        await Do(other, ModerationAction.Ban);
        await RefusedAsync(ChatErrorCode.Banned, "room", () => other.SendAsync("bob", "hi", "k1"));
    }

    [Theory]
    [InlineData("muted")]
    [InlineData("kicked")]
    [InlineData("banned")]
    [InlineData("archived")]
    public async Task Whoever_sends_each_message_twice_while_they_are_silenced_hears_the_same_of_both(string way)
    {
        for (var round = 0; round < 5; round++)
        {
            var (id, room) = await NewRoomAsync(RoomKind.Public, "bob");
            await HearTheSameAsync(id, "bob", () => AllWays[way].Do(room), AllWays[way].Refusal);
        }
    }

    [Fact]
    public async Task Whoever_sends_each_message_twice_while_they_are_blocked_hears_the_same_of_both()
    {
        for (var round = 0; round < 10; round++)
        {
            var (one, other) = (cluster.Name("a"), cluster.Name("b"));
            var id = ChatId.DirectRoom(one, other);
            await cluster.Room(id).Join(one, null);
            await HearTheSameAsync(id, one, () => cluster.Room(id).Block(other, true), ChatErrorCode.Blocked);
        }
    }

    // Several write, each message by two calls at once: whoever has lost an acknowledgement does so.
    private async Task HearTheSameAsync(string id, string user, Func<Task> silence, ChatErrorCode refusal)
    {
        var (room, sent) = (cluster.Room(id), 0);
        var writing = Enumerable.Range(0, 6).Select(async writer =>
        {
            var acknowledged = new List<(string Key, long Seq)>();
            for (var i = 0; ; i++)
            {
                var key = $"{writer} {i}";
                var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OutcomeAsync(room, user, key)));
                Assert.Equal(answers[0], answers[1]);
                Assert.True(answers[0] is { Seq: > 0 } || answers[0].Refusal == refusal, $"{answers[0]}");
                if (answers[0].Seq == 0) return acknowledged;
                acknowledged.Add((key, answers[0].Seq));
                Interlocked.Increment(ref sent);
            }
        }).ToList();
        while (Volatile.Read(ref sent) < 20 && !writing.Any(task => task.IsCompleted)) await Task.Yield();
        await silence();
        var all = (await Task.WhenAll(writing)).SelectMany(mine => mine).OrderBy(one => one.Seq);
        Assert.Equal(
            (await cluster.Temp.LogAsync(id)).Where(e => e.Kind == RoomEventKind.Message).Select(e => (e.Key!, e.Seq)), all);
    }

    private static async Task<(long Seq, ChatErrorCode? Refusal)> OutcomeAsync(IRoomGrain room, string user, string key)
    {
        try
        {
            var outcome = await room.SendAsync(user, key, key);
            return (outcome.Seq, outcome.Refusal);
        }
        catch (ChatException refused)
        {
            return (0, refused.Code);
        }
    }

    private async Task<(string Id, IRoomGrain Room)> NewRoomAsync(RoomKind kind, params string[] members)
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Create("alice", kind, null, null);
        foreach (var member in members) await room.Moderate(new Moderation("alice", ModerationAction.Invite, member));
        return (id, room);
    }

    private static Task Do(IRoomGrain room, ModerationAction action) => room.Moderate(new Moderation("alice", action, "bob"));
}

public sealed class SqliteSendingAgainTests(ChatCluster cluster) : SendingAgainTests(cluster), IClassFixture<ChatCluster>;

public sealed class PostgresSendingAgainTests(PostgresCluster cluster) : SendingAgainTests(cluster), IClassFixture<PostgresCluster>
{
    [Fact]
    public async Task What_is_on_its_way_to_the_disk_is_waited_for()
    {
        var store = ((PostgresTempStore)cluster.Temp).Store;
        // Another writer has to note the block than the one that is held.
        var (one, other) = Enumerable.Range(0, 1_000).Select(_ => (cluster.Name("a"), cluster.Name("b")))
            .First(two => store.WriterOf(ChatId.DirectRoom(two.Item1, two.Item2)) != store.WriterOf(two.Item2));
        var id = ChatId.DirectRoom(one, other);
        var room = cluster.Room(id);
        // Twice, so that the room knows by heart what it asks of the next: that one goes to the writer at once.
        for (var i = 0; i < 2; i++) await room.SendAsync(one, "before");
        using var gate = await cluster.Temp.HoldWriterAsync(id);
        var first = room.SendAsync(one, "hi", "k1");
        await room.Describe(new Actor(one));
        var blocking = room.Block(other, true);
        await Eventually.TrueAsync(() => cluster.Temp.Reader.IsBlockedAsync(one, other), "the block is noted");
        var again = room.SendAsync(one, "hi", "k1");
        for (var i = 0; i < 10; i++) await cluster.History(id).Pull(0, 1);
        Assert.False(again.IsCompleted);
        gate.Open();
        await blocking;
        Assert.Equal((await first) with { Duplicate = true }, await again);
    }
}
