using System.Collections.Immutable;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public abstract class SendingTests(ChatCluster cluster)
{
    [Fact]
    public async Task Many_callers_at_once_get_dense_seqs_each_its_own_and_in_its_order()
    {
        const int Callers = 16, Each = 60;
        var (id, room) = await NewRoomAsync();
        var acknowledged = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            var user = $"user{caller}";
            await room.Join(user, null);
            var mine = new List<(long Seq, string Text)>();
            for (var i = 0; i < Each;)
            {
                // Sometimes one, sometimes a few in one call.
                var texts = Enumerable.Range(i, Math.Min(1 + (i % 4), Each - i)).Select(n => $"{user} {n}").ToImmutableArray();
                var outcomes = (await room.Send(new SendBatch(user, null, [.. texts.Select(t => Sending.Text(t))]))).Outcomes;
                mine.AddRange(outcomes.Zip(texts, (o, t) => (o.Seq, t)));
                i += texts.Length;
            }

            Assert.Equal(mine.OrderBy(m => m.Seq), mine);
            return mine;
        }));

        var log = await cluster.Temp.LogAsync(id);
        Assert.Equal(Enumerable.Range(1, Callers * Each).Select(i => (long)i), log.Select(e => e.Seq));
        Assert.Equal(acknowledged.SelectMany(a => a).OrderBy(a => a.Seq), log.Select(e => (e.Seq, e.Text)));
        foreach (var sender in log.GroupBy(e => e.From))
            Assert.Equal(Enumerable.Range(0, Each).Select(i => $"{sender.Key} {i}"), sender.Select(e => e.Text));
    }

    [Fact]
    public async Task Calls_that_overlap_keep_the_order_of_each_batch()
    {
        const int Calls = 100;
        var (id, room) = await NewRoomAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, Calls).Select(call => room.Send(
            new SendBatch("alice", null, [.. Enumerable.Range(0, 5).Select(i => Sending.Text($"{call} {i}"))]))));
        var outcomes = replies.Select(reply => reply.Outcomes).ToList();
        foreach (var batch in outcomes) Assert.Equal(Enumerable.Range(0, 5).Select(i => batch[0].Seq + i), batch.Select(o => o.Seq));
        Assert.Equal(Enumerable.Range(1, Calls * 5).Select(i => (long)i), outcomes.SelectMany(o => o).Select(o => o.Seq).Order());
        var log = await cluster.Temp.LogAsync(id);
        Assert.Equal(
            outcomes.SelectMany((batch, call) => batch.Select((o, i) => (o.Seq, $"{call} {i}"))).OrderBy(o => o.Seq),
            log.Select(e => (e.Seq, e.Text)));
    }

    [Fact]
    public async Task One_key_from_many_callers_at_once_is_stored_once()
    {
        var (id, room) = await NewRoomAsync();
        for (var round = 1; round <= 20; round++)
        {
            var outcomes = await Task.WhenAll(
                Enumerable.Range(0, 12).Select(_ =>
                {
                    // Whoever were given a time of their own would have another one.
                    cluster.Clock.Advance(TimeSpan.FromMilliseconds(1));
                    return room.SendAsync("alice", $"text {round}", $"key {round}");
                }));
            Assert.All(outcomes, o => Assert.Equal(round, o.Seq));
            Assert.Single(outcomes, o => !o.Duplicate);
            Assert.Single(outcomes.Select(o => o.At).Distinct());
        }

        Assert.Equal(20, (await cluster.Temp.LogAsync(id)).Length);
    }

    [Fact]
    public async Task One_key_with_many_texts_at_once_goes_to_one_of_them()
    {
        var (id, room) = await NewRoomAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => room.SendAsync("alice", $"text {i}", "key")));
        Assert.Equal(1, Assert.Single(outcomes, o => o.Refusal is null).Seq);
        Assert.Equal(11, outcomes.Count(o => o is { Refusal: ChatErrorCode.KeyReused, Field: "key", Seq: 0 }));
        Assert.Single(await cluster.Temp.LogAsync(id));
    }

    [Fact]
    public async Task An_acknowledged_message_is_in_the_database_file()
    {
        var (id, room) = await NewRoomAsync();
        for (var i = 1; i <= 50; i++)
        {
            var outcome = await room.SendAsync("alice", $"text {i}");
            Assert.Equal(
                $"text {i}",
                await cluster.Temp.ScalarAsync<string>($"SELECT text FROM events WHERE room = '{id}' AND seq = {outcome.Seq}"));
        }
    }

    [Fact]
    public async Task A_reply_names_an_event_that_is_there_and_the_rest_of_its_batch_goes_through()
    {
        var (id, room) = await NewRoomAsync();
        await room.SendAsync("alice", "first");
        var reply = await room.Send(new SendBatch(
            "alice",
            null,
            [new("to the first", null, 1, null), new("to nothing", null, 2, null), new("to zero", null, 0, null), Sending.Text("last")]));
        var outcomes = reply.Outcomes;
        Assert.Equal([2L, 0, 0, 3], outcomes.Select(o => o.Seq));
        Assert.Equal([null, ChatErrorCode.BadField, ChatErrorCode.BadField, null], outcomes.Select(o => o.Refusal));
        Assert.Equal([null, "replyTo", "replyTo", null], outcomes.Select(o => o.Field));
        Assert.Equal([null, 1L, null], (await cluster.Temp.LogAsync(id)).Select(e => e.ReplyTo));
    }

    [Fact]
    public async Task An_event_is_what_was_sent()
    {
        var (id, room) = await NewRoomAsync();
        await room.SendAsync("alice", "first");
        var outcome = (await room.Send(new SendBatch(
            "alice", "Alice L. 👩", [new("öл小👍\n\"'", "k", 1, """{"a":[1,2]}""")]))).Outcomes.Single();
        Assert.Equal(
            new RoomEvent(2, RoomEventKind.Message, "alice", "Alice L. 👩", "öл小👍\n\"'", outcome.At, "k", 1, """{"a":[1,2]}"""),
            (await cluster.History(id).Page("alice", null, 1, 10)).Events.Single());
    }

    [Fact]
    public async Task Pages_of_history_are_for_members()
    {
        var (id, room) = await NewRoomAsync();
        for (var i = 1; i <= 10; i++) await room.SendAsync("alice", $"{i}");
        var history = cluster.History(id);
        var newest = await history.Page("alice", null, null, 3);
        Assert.Equal((true, "8 9 10"), (newest.More, string.Join(' ', newest.Events.Select(e => e.Text))));
        var before = await history.Page("alice", 4, null, 3);
        Assert.Equal((false, "1 2 3"), (before.More, string.Join(' ', before.Events.Select(e => e.Text))));
        var after = await history.Page("alice", null, 4, 3);
        Assert.Equal((true, "5 6 7"), (after.More, string.Join(' ', after.Events.Select(e => e.Text))));
        Assert.Equal(
            ChatErrorCode.NotMember, (await Assert.ThrowsAsync<ChatException>(() => history.Page("bob", null, null, 3))).Code);
    }

    private async Task<(string Id, IRoomGrain Room)> NewRoomAsync()
    {
        var id = cluster.Name("room");
        await cluster.Room(id).Join("alice", null);
        return (id, cluster.Room(id));
    }
}

public sealed class SqliteSendingTests(ChatCluster cluster) : SendingTests(cluster), IClassFixture<ChatCluster>;

public sealed class PostgresSendingTests(PostgresCluster cluster) : SendingTests(cluster), IClassFixture<PostgresCluster>;
