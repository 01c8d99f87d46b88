using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

public abstract class ReadingTests(Func<Task<TempStore>> open)
{
    // Ten events; which page, and whether there is more beyond it.
    [Theory]
    [InlineData(0, 4, new long[] { 1, 2, 3, 4 }, true)]
    [InlineData(4, 4, new long[] { 5, 6, 7, 8 }, true)]
    [InlineData(6, 4, new long[] { 7, 8, 9, 10 }, false)]
    [InlineData(8, 4, new long[] { 9, 10 }, false)]
    [InlineData(10, 4, new long[0], false)]
    [InlineData(99, 4, new long[0], false)]
    [InlineData(0, 10, new long[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, false)]
    public async Task A_page_after_a_seq_has_the_oldest_of_what_follows(long after, int limit, long[] seqs, bool more)
    {
        await using var temp = await WithTenEventsAsync();
        var page = await temp.Reader.ReadAfterAsync("lobby", after, limit);
        Assert.Equal(seqs, page.Events.Select(e => e.Seq));
        Assert.Equal(more, page.More);
    }

    [Theory]
    [InlineData(long.MaxValue, 4, new long[] { 7, 8, 9, 10 }, true)]
    [InlineData(7, 4, new long[] { 3, 4, 5, 6 }, true)]
    [InlineData(5, 4, new long[] { 1, 2, 3, 4 }, false)]
    [InlineData(3, 4, new long[] { 1, 2 }, false)]
    [InlineData(1, 4, new long[0], false)]
    [InlineData(0, 4, new long[0], false)]
    public async Task A_page_before_a_seq_has_the_newest_of_what_precedes_ascending(
        long before, int limit, long[] seqs, bool more)
    {
        await using var temp = await WithTenEventsAsync();
        var page = await temp.Reader.ReadBeforeAsync("lobby", before, limit);
        Assert.Equal(seqs, page.Events.Select(e => e.Seq));
        Assert.Equal(more, page.More);
    }

    [Fact]
    public async Task Pages_put_together_are_the_log_of_that_room_alone()
    {
        await using var temp = await WithTenEventsAsync();
        var log = new List<RoomEvent>();
        EventPage page;
        do
        {
            page = await temp.Reader.ReadAfterAsync("lobby", log.Count, 3);
            log.AddRange(page.Events);
        }
        while (page.More);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"lobby {i}"), log.Select(e => e.Text));
    }

    [Fact]
    public async Task What_a_sender_has_sent_is_found_by_its_key_and_nothing_of_others_or_elsewhere()
    {
        await using var temp = await open();
        var (lobby, other) = (await temp.CreateAsync("lobby"), await temp.CreateAsync("other"));
        var odd = "half \ufffd a character";
        await temp.AppendAsync(
            lobby,
            0,
            TempStore.From("alice", TempStore.Text("hi", "k1")),
            TempStore.From("bob", TempStore.Text("hi", "k2")),
            TempStore.From("alice", TempStore.Text("hi", odd)),
            TempStore.From("alice", TempStore.Text("no key")));
        await temp.AppendAsync(other, 0, TempStore.From("alice", TempStore.Text("hi", "k3")));
        var found = await temp.Reader.FindSentAsync(
            "lobby",
            "alice",
            [
                TempStore.Text("hi", "k1"), TempStore.Text("hi", "k2"), TempStore.Text("hi", "k3"), TempStore.Text("no key"),
                TempStore.Text("other", "k1"), TempStore.Text("hi", odd), TempStore.Text("hi", "half \ud800 a character"), TempStore.Text("hi", "k\0"),
            ]);
        Assert.Equal([1L, null, null, null, 0, 3, null, null], found.Select(outcome => outcome?.Seq));
        Assert.Equal(new SendOutcome(1, TempStore.At, Duplicate: true), found[0]);
        Assert.Equal((ChatErrorCode.KeyReused, "key"), (found[4]!.Refusal, found[4]!.Field));
        Assert.All(await temp.Reader.FindSentAsync("nowhere", "alice", [TempStore.Text("hi", "k1"), TempStore.Text("hi")]), Assert.Null);
    }

    [Fact]
    public async Task A_room_that_does_not_exist_has_no_events()
    {
        await using var temp = await open();
        Assert.Equal((0, false), await CountAsync(temp.Reader.ReadAfterAsync("nowhere", 0, 10)));
        Assert.Equal((0, false), await CountAsync(temp.Reader.ReadBeforeAsync("nowhere", long.MaxValue, 10)));
    }

    [Fact]
    public async Task A_read_that_begins_after_a_write_completed_sees_it()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        for (var i = 0; i < 200; i++)
        {
            await temp.AppendAsync(head, i, TempStore.From("alice", TempStore.Text($"{i}")));
            // On each of the reader's connections in turn.
            Assert.Equal($"{i}", (await temp.Reader.ReadAfterAsync("lobby", i, 10)).Events.Single().Text);
        }
    }

    [Fact]
    public async Task Many_readers_at_once_all_see_a_whole_prefix_of_the_log()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await temp.AppendAsync(
                    head, i * 2, TempStore.From("alice", TempStore.Text("a")), TempStore.From("alice", TempStore.Text("b")));
            }
        });
        while (!writing.IsCompleted)
        {
            foreach (var log in await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => temp.LogAsync("lobby"))))
            {
                // A transaction is seen as a whole: its two events together.
                Assert.Equal(0, log.Length % 2);
                Assert.Equal(Enumerable.Range(1, log.Length).Select(i => (long)i), log.Select(e => e.Seq));
            }
        }

        await writing;
    }

    private static async Task<(int Count, bool More)> CountAsync(Task<EventPage> reading)
    {
        var page = await reading;
        return (page.Events.Length, page.More);
    }

    private async Task<TempStore> WithTenEventsAsync()
    {
        var temp = await open();
        foreach (var room in new[] { "lobby", "aaa", "zzz" })
        {
            var head = await temp.CreateAsync(room);
            await temp.AppendAsync(head, 0, [.. Enumerable.Range(1, 10).Select(i => TempStore.From("alice", TempStore.Text($"{room} {i}")))]);
        }

        return temp;
    }
}

public sealed class SqliteReadingTests() : ReadingTests(SqliteTempStore.CreateAsync);

public sealed class PostgresReadingTests(SharedPostgres postgres) : ReadingTests(postgres.CreateStoreAsync);
