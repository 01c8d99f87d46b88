using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

/// <summary>Several stores over one database, as silos have them, while everything goes on under them.</summary>
public sealed class PostgresCrashTests(OwnPostgres postgres) : IClassFixture<OwnPostgres>
{
    private PostgresServer Server => postgres.Server;

    [Fact]
    public async Task A_server_that_is_killed_in_the_middle_of_writing_loses_nothing_acknowledged()
    {
        await using var temp = await PostgresTempStore.CreateAsync(Server);
        var rooms = await CreateAsync(temp, 12);
        var sent = new Progress();
        using var over = new CancellationTokenSource();
        var senders = rooms.Select(room => Task.Run(() => new Activation(temp.Rooms, room, room, sent).SendAsync(int.MaxValue, over.Token))).ToList();
        for (var kill = 0; kill < 3; kill++)
        {
            await sent.ReachesAsync(sent.Count + 500);
            await Server.KillAsync();
            await Server.StartAgainAsync();
        }

        await sent.ReachesAsync(sent.Count + 500);
        await over.CancelAsync();
        var acknowledged = (await Task.WhenAll(senders)).SelectMany(a => a).ToLookup(a => a.Room);
        foreach (var room in rooms) await CheckAsync(temp, room, acknowledged[room]);
    }

    [Fact]
    public async Task Stores_that_take_many_rooms_from_each_other_neither_lose_nor_repeat_nor_wait_for_each_other()
    {
        const int Stores = 3, Rooms = 24, Each = 30;
        await using var temp = await PostgresTempStore.CreateAsync(Server, writers: 2);
        var rooms = await CreateAsync(temp, Rooms);
        var rivals = await Task.WhenAll(Enumerable.Range(0, Stores).Select(_ => temp.OpenRivalAsync()));
        var sent = new Progress();
        // Each store has an activation of each room, and takes the room back whenever it finds that another has it.
        var acknowledged = (await Task.WhenAll(rivals.SelectMany((rival, number) => rooms.Select(room =>
            Task.Run(() => new Activation(rival.Rooms, room, $"store{number}", sent).SendAsync(Each, CancellationToken.None))))))
            .SelectMany(a => a).ToLookup(a => a.Room);
        foreach (var rival in rivals) await rival.DisposeAsync();
        foreach (var room in rooms)
        {
            Assert.Equal(Stores * Each, acknowledged[room].Count());
            await CheckAsync(temp, room, acknowledged[room]);
        }

        // Each epoch's events lie together, in the order of the epochs: nobody wrote after being fenced.
        Assert.Equal(0L, await temp.ScalarAsync<long>(
            "SELECT count(*) FROM events a JOIN events b ON b.room = a.room AND b.seq = a.seq + 1 WHERE b.epoch < a.epoch"));
        Assert.True(await temp.ScalarAsync<long>("SELECT max(epoch) FROM rooms") > Stores);
        Assert.Equal(0L, await temp.ScalarAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
    }

    private static async Task<string[]> CreateAsync(PostgresTempStore temp, int count)
    {
        var rooms = Enumerable.Range(0, count).Select(i => $"room{i}").ToArray();
        foreach (var room in rooms) await temp.CreateAsync(room);
        return rooms;
    }

    private static async Task CheckAsync(PostgresTempStore temp, string room, IEnumerable<(string Room, long Seq, string Text)> acknowledged)
    {
        var log = await temp.LogAsync(room);
        Assert.Equal(Enumerable.Range(1, log.Length).Select(seq => (long)seq), log.Select(e => e.Seq));
        Assert.Equal(log.Length, log.Select(e => (e.From, e.Key)).Distinct().Count());
        foreach (var (_, seq, text) in acknowledged) Assert.Equal(text, log[(int)seq - 1].Text);
        // What one sender sent lies in the order in which it was sent.
        foreach (var sender in log.GroupBy(e => e.From))
            Assert.Equal(Enumerable.Range(0, sender.Count()).Select(i => $"{sender.Key} {i}"), sender.Select(e => e.Text));
        Assert.Equal((long)log.Length, await temp.ScalarAsync<long>($"SELECT last_seq FROM rooms WHERE room = '{room}'"));
    }

    /// <summary>How many messages have been acknowledged in all.</summary>
    private sealed class Progress
    {
        private long _count;

        public long Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);

        public Task ReachesAsync(long count) => Eventually.TrueAsync(() => Count >= count, $"{count} messages are acknowledged");
    }

    /// <summary>A sender and the activation that writes for it: opens the room anew whenever it does not know where it stands.</summary>
    private sealed class Activation(IRoomStore store, string room, string sender, Progress progress)
    {
        public async Task<List<(string Room, long Seq, string Text)>> SendAsync(int count, CancellationToken over)
        {
            var acknowledged = new List<(string, long, string)>();
            RoomHead? head = null;
            long lastSeq = 0;
            for (var i = 0; i < count && !over.IsCancellationRequested;)
            {
                var text = $"{sender} {i}";
                try
                {
                    if (head is null)
                    {
                        head = (await store.OpenAsync(room))!;
                        lastSeq = head.LastSeq;
                    }

                    var result = await store.AppendAsync(new AppendRequest(
                        new RoomFence(room, head.Epoch), lastSeq, TempStore.At, [TempStore.From(sender, TempStore.Text(text, $"{i}"))]));
                    var outcome = result.Outcomes.Single();
                    acknowledged.Add((room, outcome.Seq, text));
                    progress.Add();
                    lastSeq += result.Events.Length;
                    i++;
                }
                catch (Exception error) when (error is FencedException or StoreUnavailableException { OutcomeUnknown: true })
                {
                    head = null;
                }
                catch (StoreUnavailableException)
                {
                    // Nothing was written: the same again, under the same epoch.
                }
            }

            return acknowledged;
        }
    }
}
