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
}

public sealed class SqliteGroupCommitTests() : GroupCommitTests(SqliteTempStore.CreateAsync);

public sealed class PostgresGroupCommitTests(SharedPostgres postgres) : GroupCommitTests(postgres.CreateStoreOfOneWriterAsync);
