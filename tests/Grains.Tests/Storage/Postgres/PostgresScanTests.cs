namespace OrleansChat.Grains.Tests.Storage.Postgres;

public sealed class PostgresScanTests(SharedPostgres postgres)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Searches_take_a_tenth_of_a_silos_connections_and_history_finds_others()
    {
        await using var temp = await PostgresTempStore.CreatePatientAsync(await postgres.ServerAsync());
        await temp.CreateAsync("lobby");
        await using var other = await temp.ConnectAsync();
        await using var holding = await other.BeginTransactionAsync();
        await using var command = other.CreateCommand();
        command.Transaction = holding;
        // Whoever reads the table of rooms waits for this one.
        command.CommandText = "LOCK TABLE rooms IN ACCESS EXCLUSIVE MODE";
        await command.ExecuteNonQueryAsync();
        Task[] searches = [.. Enumerable.Range(0, 30).Select(i => temp.Reader.ListRoomsAsync($"user{i}", "lob", null, 10))];
        using var deadline = new CancellationTokenSource(Limit);
        while (await WaitingAsync() < 2) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        for (var i = 0; i < 20; i++)
        {
            Assert.Empty((await temp.Reader.ReadBeforeAsync("lobby", 10, 10).WaitAsync(Limit)).Events);
            Assert.InRange(await WaitingAsync(), 0, 2);
        }

        await holding.RollbackAsync();
        await Task.WhenAll(searches).WaitAsync(Limit);
        Assert.Single((await temp.Reader.ListRoomsAsync("alice", "lob", null, 10)).Rooms);

        Task<long> WaitingAsync() => temp.ScalarAsync<long>(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
            + "WHERE d.datname = current_database() AND l.relation = 'rooms'::regclass AND NOT l.granted");
    }
}
