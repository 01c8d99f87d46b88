using Npgsql;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Postgres;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

/// <summary>What becomes of the others in a group when one of them cannot be done.</summary>
public sealed class PostgresGroupTests(SharedPostgres postgres)
{
    [Fact]
    public async Task A_batch_that_the_database_refuses_fails_alone()
    {
        await using var temp = await OpenAsync();
        var heads = await CreateAsync(temp, "a", "b", "c");
        await temp.ExecuteAsync("ALTER TABLE events ADD CHECK (text <> 'poison')");
        using var gate = await temp.HoldWriterAsync("");
        var before = temp.AppendAsync(heads[0], 0, TempStore.From("alice", TempStore.Text("before")));
        var poison = temp.AppendAsync(
            heads[1], 0, TempStore.From("alice", TempStore.Text("good")), TempStore.From("alice", TempStore.Text("poison")));
        var after = temp.AppendAsync(heads[2], 0, TempStore.From("alice", TempStore.Text("after")));
        gate.Open();

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => poison);
        Assert.False(error.OutcomeUnknown);
        Assert.Equal(1, (await before).Outcomes.Single().Seq);
        Assert.Equal(1, (await after).Outcomes.Single().Seq);
        Assert.Empty(await temp.LogAsync("b"));
        // The room is where it was, and goes on.
        Assert.Equal(1, (await temp.AppendAsync(heads[1], 0, TempStore.From("alice", TempStore.Text("good")))).Outcomes.Single().Seq);
    }

    [Fact]
    public async Task A_statement_that_the_database_refuses_fails_alone()
    {
        await using var temp = await OpenAsync();
        await temp.ExecuteAsync("ALTER TABLE users ADD CHECK (name <> 'poison')");
        using var gate = await temp.HoldWriterAsync("");
        var before = temp.Users.SetNameAsync("a", "before", TempStore.At);
        var poison = temp.Users.SetNameAsync("b", "poison", TempStore.At);
        var after = temp.Users.SetNameAsync("c", "after", TempStore.At);
        gate.Open();

        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => poison)).OutcomeUnknown);
        await Task.WhenAll(before, after);
        Assert.Equal(["a|before", "c|after"], await temp.QueryAsync("SELECT user_id, name FROM users ORDER BY user_id"));
    }

    // The rows have been answered by then: what refuses comes after them, and is the last word.
    [Fact]
    public async Task What_only_the_commit_refuses_is_not_acknowledged_and_fails_alone()
    {
        await using var temp = await OpenAsync();
        var heads = await CreateAsync(temp, "a", "b");
        await temp.ExecuteAsync(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
            CREATE CONSTRAINT TRIGGER late_events AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (NEW.text = 'poison') EXECUTE FUNCTION refuse();
            CREATE CONSTRAINT TRIGGER late_users AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (NEW.name = 'poison') EXECUTE FUNCTION refuse()
            """);
        using var gate = await temp.HoldWriterAsync("");
        var poison = temp.AppendAsync(heads[0], 0, TempStore.From("alice", TempStore.Text("poison")));
        var neighbour = temp.AppendAsync(heads[1], 0, TempStore.From("alice", TempStore.Text("good")));
        var poisonName = temp.Users.SetNameAsync("alice", "poison", TempStore.At);
        var neighboursName = temp.Users.SetNameAsync("bob", "good", TempStore.At);
        gate.Open();

        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => poison)).OutcomeUnknown);
        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => poisonName)).OutcomeUnknown);
        Assert.Equal(1, (await neighbour).Outcomes.Single().Seq);
        await neighboursName;
        Assert.Empty(await temp.LogAsync("a"));
        Assert.Equal(["bob|good"], await temp.QueryAsync("SELECT user_id, name FROM users"));
    }

    [Fact]
    public async Task A_room_that_another_session_has_locked_keeps_none_of_its_neighbours_waiting()
    {
        await using var temp = await OpenAsync();
        var heads = await CreateAsync(temp, "a", "b", "c");
        await using var other = await PostgresServer.ConnectAsync(temp.ConnectionString);
        await using var transaction = await other.BeginTransactionAsync();
        await ExecuteAsync(other, "UPDATE rooms SET topic = 'locked' WHERE room = 'b'");
        using var gate = await temp.HoldWriterAsync("");
        var appends = heads.Select(head => temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi")))).ToList();
        gate.Open();

        Assert.Equal(1, (await appends[0]).Outcomes.Single().Seq);
        Assert.Equal(1, (await appends[2]).Outcomes.Single().Seq);
        Assert.False(appends[1].IsCompleted);
        // A short lock is waited for, as by everybody.
        await transaction.CommitAsync();
        Assert.Equal(1, (await appends[1]).Outcomes.Single().Seq);
    }

    [Fact]
    public async Task A_room_that_stays_locked_is_refused_and_surely_not_written()
    {
        await using var temp = await PostgresTempStore.CreateAsync(
            await postgres.ServerAsync(), writers: 1, new SlowClock(), PostgresLimits.Usual);
        var heads = await CreateAsync(temp, "a", "b");
        await using (var other = await PostgresServer.ConnectAsync(temp.ConnectionString))
        {
            await using var transaction = await other.BeginTransactionAsync();
            await ExecuteAsync(other, "UPDATE rooms SET topic = 'locked' WHERE room = 'a'");
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(
                () => temp.AppendAsync(heads[0], 0, TempStore.From("alice", TempStore.Text("hi"))));
            Assert.False(error.OutcomeUnknown);
            Assert.Contains("locked", error.Message, StringComparison.Ordinal);
            Assert.Contains(temp.Store.Name, error.Message, StringComparison.Ordinal);
            Assert.Equal(1, (await temp.AppendAsync(heads[1], 0, TempStore.From("alice", TempStore.Text("hi")))).Outcomes.Single().Seq);
        }

        Assert.Equal(1, (await temp.AppendAsync(heads[0], 0, TempStore.From("alice", TempStore.Text("hi")))).Outcomes.Single().Seq);
    }

    [Fact]
    public async Task Whoever_is_fenced_while_waiting_for_the_room_commits_nothing()
    {
        await using var temp = await OpenAsync();
        var head = (await CreateAsync(temp, "a"))[0];
        await using var other = await PostgresServer.ConnectAsync(temp.ConnectionString);
        await using var transaction = await other.BeginTransactionAsync();
        await ExecuteAsync(other, "UPDATE rooms SET epoch = epoch + 1 WHERE room = 'a'");
        var append = temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("late")));
        await WaitsForLockAsync(temp);
        await transaction.CommitAsync();
        await Assert.ThrowsAsync<FencedException>(() => append);
        Assert.Empty(await temp.LogAsync("a"));

        await using var again = await other.BeginTransactionAsync();
        await ExecuteAsync(other, "UPDATE rooms SET epoch = epoch + 1 WHERE room = 'a'");
        var member = temp.Rooms.AddMemberAsync(
            new RoomFence("a", head.Epoch + 1), new NewMember("bob", OrleansChat.Rooms.MemberRole.Member, 0, TempStore.At));
        await WaitsForLockAsync(temp);
        await again.CommitAsync();
        await Assert.ThrowsAsync<FencedException>(() => member);
        Assert.Equal(["alice"], await temp.QueryAsync("SELECT user_id FROM members"));
    }

    [Fact]
    public async Task A_room_has_one_writer_and_many_rooms_have_all_of_them()
    {
        await using var temp = await PostgresTempStore.CreatePatientAsync(await postgres.ServerAsync());
        var asked = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i =>
            Task.Run(() => (Room: i % 100, Writer: temp.Store.WriterOf($"room{i % 100}")))));
        Assert.All(asked.GroupBy(a => a.Room), room => Assert.Single(room.Select(a => a.Writer).Distinct()));
        Assert.Equal(4, asked.Select(a => a.Writer).Distinct().Count());
    }

    [Fact]
    public async Task More_than_the_queue_holds_is_refused_at_once_and_the_rest_is_written()
    {
        const int Capacity = 4_096;
        await using var temp = await OpenAsync();
        using var gate = await temp.HoldWriterAsync("");
        var writes = Enumerable.Range(0, Capacity + 100)
            .Select(i => temp.Users.SetNameAsync($"user{i}", "name", TempStore.At)).ToList();
        var refused = writes.Where(w => w.IsFaulted).ToList();
        Assert.Equal(100, refused.Count);
        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => refused[0])).OutcomeUnknown);

        gate.Open();
        await Task.WhenAll(writes.Except(refused));
        Assert.Equal((long)Capacity, await temp.ScalarAsync<long>("SELECT count(*) FROM users"));
    }

    private static Task WaitsForLockAsync(PostgresTempStore temp) => Eventually.TrueAsync(
        async () => await temp.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0,
        "the writer waits for the room");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<RoomHead[]> CreateAsync(PostgresTempStore temp, params string[] rooms)
    {
        var heads = new List<RoomHead>();
        foreach (var room in rooms) heads.Add(await temp.CreateAsync(room));
        return [.. heads];
    }

    private async Task<PostgresTempStore> OpenAsync() =>
        await PostgresTempStore.CreatePatientAsync(await postgres.ServerAsync(), writers: 1);
}
