using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

/// <summary>Tables that are read through, however large they are.</summary>
public sealed class PostgresPassTests(SharedPostgres postgres)
{
    private const int Rows = 5_000;

    [Fact]
    public async Task A_table_is_counted_a_few_blocks_at_a_time_as_it_was_at_one_moment()
    {
        await using var temp = await PostgresTempStore.CreateAsync(
            await postgres.ServerAsync(), writers: 1, new SlowClock(), PostgresTempStore.Patient with { BlocksAtOnce = 16 });
        await temp.ExecuteAsync(
            "INSERT INTO rooms (room, log, kind, epoch, last_seq, member_count, created_by, created_at) "
            + $"SELECT md5(n::text), 'log', 'public', 1, n, 1, 'alice', now() FROM generate_series(1, {Rows}) AS n");
        await temp.ExecuteAsync(
            "INSERT INTO accounts "
            + $"SELECT md5(n::text), md5(n::text), 'hash', 's1', 0, NULL, '[]', 1, now() FROM generate_series(1, {Rows}) AS n");
        foreach (var table in new[] { "rooms", "accounts" })
            Assert.True(await temp.ScalarAsync<long>($"SELECT pg_relation_size('{table}') / 8192") > 4 * 16, $"{table} have more than a few parts");

        using var over = new CancellationTokenSource();
        var moving = Task.Run(async () =>
        {
            for (var i = 0; !over.IsCancellationRequested; i++)
            {
                // Each row becomes another one, in another block.
                await temp.ExecuteAsync($"UPDATE rooms SET topic = repeat('{i % 10}', 200) WHERE last_seq % 10 = {i % 10}");
            }
        });
        for (var i = 0; i < 10; i++)
        {
            var counts = await temp.Reader.CountAsync();
            Assert.Equal((Rows, (long)Rows * (Rows + 1) / 2), (counts.Public, counts.Events));
            Assert.Equal(Rows, await temp.Accounts.CountAsync());
        }

        await over.CancelAsync();
        await moving;
        // Connections that were used for it are as before.
        await temp.CreateAsync("lobby");
        for (var i = 0; i < 30; i++) Assert.NotNull(await temp.Reader.FindStandingAsync("lobby", "alice"));
        Assert.Equal(0L, await temp.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"));
    }
}
