using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Storage;

public abstract class GroupCommitTests(Func<Task<TempStore>> open)
{
    [Fact]
    public async Task Rooms_that_write_at_once_share_transactions_and_each_keeps_its_own_order()
    {
        const int Rooms = 40, Rounds = 25;
        await using var temp = await open();
        await Task.WhenAll(Enumerable.Range(0, Rooms).Select(async number =>
        {
            var head = await temp.CreateAsync($"room{number}");
            for (var round = 0; round < Rounds; round++)
            {
                var result = await temp.AppendAsync(head, round, TempStore.From("alice", TempStore.Text($"{number}/{round}")));
                Assert.Equal(round + 1, result.Outcomes.Single().Seq);
            }
        }));

        for (var number = 0; number < Rooms; number++)
        {
            var log = await temp.LogAsync($"room{number}");
            Assert.Equal(Enumerable.Range(1, Rounds).Select(i => (long)i), log.Select(e => e.Seq));
            Assert.Equal(Enumerable.Range(0, Rounds).Select(i => $"{number}/{i}"), log.Select(e => e.Text));
        }
    }

    [Fact]
    public async Task A_fenced_room_does_not_fail_its_neighbours_in_one_transaction()
    {
        await using var temp = await open();
        var left = await temp.CreateAsync("left");
        var fenced = await temp.CreateAsync("fenced");
        var right = await temp.CreateAsync("right");
        await temp.Rooms.OpenAsync("fenced");

        using var gate = await temp.HoldWriterAsync("left");
        var first = temp.AppendAsync(left, 0, TempStore.From("alice", TempStore.Text("left")));
        var middle = temp.AppendAsync(fenced, 0, TempStore.From("alice", TempStore.Text("fenced")));
        var last = temp.AppendAsync(right, 0, TempStore.From("alice", TempStore.Text("right")));
        gate.Open();

        await Assert.ThrowsAsync<FencedException>(() => middle);
        Assert.Equal(1, (await first).Outcomes.Single().Seq);
        Assert.Equal(1, (await last).Outcomes.Single().Seq);
        Assert.Single(await temp.LogAsync("left"));
        Assert.Empty(await temp.LogAsync("fenced"));
        Assert.Single(await temp.LogAsync("right"));
    }

    [Fact]
    public async Task What_is_asked_for_later_is_done_later()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        var fence = new RoomFence("lobby", head.Epoch);
        using var gate = await temp.HoldWriterAsync("lobby");
        var asked = new List<Task>();
        for (var i = 1; i <= 50; i++)
        {
            // Each by itself would leave something else behind.
            asked.Add(temp.Users.SetNameAsync("alice", $"{i}", TempStore.At));
            asked.Add(temp.Rooms.BanAsync(fence, new Ban("bob", TempStore.At.AddDays(i), "alice", TempStore.At)));
            asked.Add(temp.AppendAsync(head, i - 1, TempStore.From("alice", TempStore.Text($"{i}"))));
            if (i % 2 == 0) asked.Add(temp.Rooms.UnbanAsync(fence, "bob"));
            asked.Add(temp.Rooms.SetMutedAsync(fence, "alice", TempStore.At.AddDays(i)));
        }

        gate.Open();
        await Task.WhenAll(asked);
        Assert.Equal("50", await temp.Reader.FindNameAsync("alice"));
        Assert.Null((await temp.Reader.FindStandingAsync("lobby", "bob"))!.BannedUntil);
        Assert.Equal(TempStore.At.AddDays(50), (await temp.Reader.FindStandingAsync("lobby", "alice"))!.MutedUntil);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => $"{i}"), (await temp.LogAsync("lobby")).Select(e => e.Text));
        Assert.Equal(50, (await temp.Rooms.OpenAsync("lobby"))!.LastSeq);
    }
}

public sealed class SqliteGroupCommitTests() : GroupCommitTests(SqliteTempStore.CreateAsync);

public sealed class PostgresGroupCommitTests(SharedPostgres postgres) : GroupCommitTests(postgres.CreateStoreOfOneWriterAsync);
