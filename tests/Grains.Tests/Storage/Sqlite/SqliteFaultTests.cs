using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Tests.Storage.Sqlite;

public sealed class SqliteFaultTests
{
    [Fact]
    public async Task A_database_locked_by_another_program_is_unavailable_and_works_again_after()
    {
        using var temp = new SqliteTempStore();
        var head = await temp.CreateAsync("lobby");
        using (var other = temp.Connect())
        {
            SqliteTempStore.Execute(other, "BEGIN EXCLUSIVE");
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(
                () => temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("not yet"))));
            Assert.Contains("locked", error.Message, StringComparison.Ordinal);
            Assert.Contains(temp.File, error.Message, StringComparison.Ordinal);
            Assert.False(error.OutcomeUnknown);
            SqliteTempStore.Execute(other, "ROLLBACK");
        }

        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("now")));
        Assert.Equal(["now"], (await temp.LogAsync("lobby")).Select(e => e.Text));
    }

    [Fact]
    public async Task A_full_disk_is_unavailable_writes_nothing_and_works_again_after()
    {
        using var temp = new SqliteTempStore();
        var head = await temp.CreateAsync("lobby");
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("before")));
        await FillDiskAsync(temp);

        var drafts = Enumerable.Range(0, 64).Select(i => TempStore.From("alice", TempStore.Text(new string('x', 8_000), $"k{i}")));
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => temp.AppendAsync(head, 1, [.. drafts]));
        Assert.Contains("full", error.Message, StringComparison.Ordinal);
        Assert.False(error.OutcomeUnknown);
        Assert.Equal(["before"], (await temp.LogAsync("lobby")).Select(e => e.Text));
        Assert.Equal(1, (await temp.Reader.ListRoomsAsync("alice", null, null, 10)).Rooms.Single().LastSeq);

        // The connection that was told of the full disk is gone; the next one finds room again.
        var result = await temp.AppendAsync(head, 1, TempStore.From("alice", TempStore.Text("after", "k0")));
        Assert.Equal(2, result.Outcomes.Single().Seq);
    }

    [Fact]
    public async Task A_full_disk_refuses_everything_of_its_transaction_and_nothing_of_the_next()
    {
        using var temp = new SqliteTempStore();
        var big = await temp.CreateAsync("big");
        var small = await temp.CreateAsync("small");
        await FillDiskAsync(temp);
        using var gate = await temp.HoldWriterAsync("");
        var drafts = Enumerable.Range(0, 64).Select(_ => TempStore.From("alice", TempStore.Text(new string('x', 8_000))));
        var first = temp.AppendAsync(small, 0, TempStore.From("alice", TempStore.Text("small")));
        var second = temp.AppendAsync(big, 0, [.. drafts]);
        gate.Open();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => first);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => second);
        Assert.Empty(await temp.LogAsync("small"));
        Assert.Empty(await temp.LogAsync("big"));
        await temp.AppendAsync(small, 0, TempStore.From("alice", TempStore.Text("small")));
        Assert.Single(await temp.LogAsync("small"));
    }

    [Fact]
    public async Task More_than_the_queue_holds_is_refused_at_once_and_the_rest_is_written()
    {
        const int Capacity = 16_384;
        using var temp = new SqliteTempStore();
        using var gate = await temp.HoldWriterAsync("");
        var writes = Enumerable.Range(0, Capacity + 100)
            .Select(i => temp.Store.Users.SetNameAsync($"user{i}", "name", TempStore.At)).ToList();
        var refused = writes.Where(w => w.IsFaulted).ToList();
        Assert.Equal(100, refused.Count);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => refused[0]);
        Assert.False(error.OutcomeUnknown);

        gate.Open();
        await Task.WhenAll(writes.Except(refused));
        Assert.Equal((long)Capacity, await temp.ScalarAsync<long>("SELECT count(*) FROM users"));
    }

    // A database that must not grow is what SQLite sees of a full disk.
    private static Task FillDiskAsync(SqliteTempStore temp) => temp.Store.Writer.RunAsync(session =>
    {
        var pages = session.QueryFirst("PRAGMA page_count", static row => row.GetString(0))!;
        return session.QueryFirst($"PRAGMA max_page_count = {pages}", static row => row.GetString(0));
    });
}
