using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Postgres;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

public sealed class PostgresOutageTests(OwnPostgres postgres) : IClassFixture<OwnPostgres>
{
    // Callers of grains give up after ten seconds.
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(9);

    private PostgresServer Server => postgres.Server;

    [Fact]
    public async Task A_server_that_stalls_is_given_up_in_time_by_all_who_write_and_read()
    {
        var clock = new ManualClock();
        await using var temp = await PostgresTempStore.CreateAsync(Server, writers: 1, clock, PostgresLimits.Usual);
        var heads = new List<RoomHead>();
        for (var i = 0; i < 20; i++) heads.Add(await temp.CreateAsync($"room{i}"));
        await Server.StallAsync();
        await using (new LivedTime(clock))
        {
            var calls = new List<Task>();
            // Some wait behind others, and some come while the first are being given up.
            for (var round = 0; round < 5; round++)
            {
                calls.AddRange(heads.Select(head => GivenUpAsync(() => temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1"))))));
                calls.AddRange(heads.Select(_ => GivenUpAsync(() => temp.Reader.FindNameAsync("alice"))));
                calls.Add(GivenUpAsync(() => temp.Users.SetNameAsync("alice", "Alice", TempStore.At)));
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }

            await Task.WhenAll(calls);
        }

        await Server.ContinueAsync();
        await using var unhurried = new LivedTime(clock, slower: 20);
        // What was left behind is done or not; a new activation finds out, and nothing is there twice.
        foreach (var head in heads)
        {
            var opened = (await temp.Rooms.OpenAsync(head.Room))!;
            var again = await temp.AppendAsync(opened, opened.LastSeq, TempStore.From("alice", TempStore.Text("hi", "k1")));
            Assert.Equal(1, again.Outcomes.Single().Seq);
            Assert.Single(await temp.LogAsync(head.Room));
        }

        await temp.Users.SetNameAsync("alice", "Alice", TempStore.At);
        Assert.Equal("Alice", await temp.Reader.FindNameAsync("alice"));

        Task GivenUpAsync(Func<Task> call) => Task.Run(async () =>
        {
            var begun = clock.GetTimestamp();
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(call);
            var took = clock.GetElapsedTime(begun);
            Assert.Contains(temp.Store.Name, error.Message, StringComparison.Ordinal);
            Assert.True(took < InTime, $"it took {took}");
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_whose_answer_does_not_come_is_told_as_unknown_and_found_out_by_the_next_activation(bool commits)
    {
        var clock = new ManualClock();
        await using var temp = await PostgresTempStore.CreatePatientAsync(Server, clock: clock);
        var head = await temp.CreateAsync("lobby");
        var draft = TempStore.From("alice", TempStore.Text("hi", "k1"));
        Task append;
        await using (var other = await PostgresServer.ConnectAsync(temp.ConnectionString))
        {
            await using var transaction = await other.BeginTransactionAsync();
            await using (var command = other.CreateCommand())
            {
                command.CommandText = "UPDATE rooms SET topic = 'locked' WHERE room = 'lobby'";
                await command.ExecuteNonQueryAsync();
            }

            append = temp.AppendAsync(head, 0, draft);
            await SentAsync(temp);
            await Server.StallAsync();
            // The answer is not there by the end of the limit. After that nobody is in a hurry.
            await Eventually.TrueAsync(
                () =>
                {
                    if (!append.IsCompleted) clock.Advance(TimeSpan.FromSeconds(1));
                    return append.IsCompleted;
                },
                "it is given up");
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => append);
            Assert.True(error.OutcomeUnknown);
            if (commits) _ = transaction.CommitAsync();
            else await Server.KillAsync();
        }

        if (commits) await Server.ContinueAsync();
        else await Server.StartAgainAsync();
        await using var unhurried = new LivedTime(clock, slower: 20);
        var opened = (await temp.Rooms.OpenAsync("lobby"))!;
        var again = await temp.AppendAsync(opened, opened.LastSeq, draft);
        Assert.Equal((1, opened.LastSeq == 1), (again.Outcomes.Single().Seq, again.Outcomes.Single().Duplicate));
        Assert.Single(await temp.LogAsync("lobby"));
    }

    [Fact]
    public async Task A_session_that_is_ended_under_a_commit_leaves_its_outcome_unknown()
    {
        await using var temp = await PostgresTempStore.CreatePatientAsync(Server);
        var head = await temp.CreateAsync("lobby");
        await using (var other = await PostgresServer.ConnectAsync(temp.ConnectionString))
        {
            await using var transaction = await other.BeginTransactionAsync();
            await using (var command = other.CreateCommand())
            {
                command.CommandText = "UPDATE rooms SET topic = 'locked' WHERE room = 'lobby'";
                await command.ExecuteNonQueryAsync();
            }

            var append = temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")));
            await SentAsync(temp);
            await EndSessionsAsync(temp);
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => append);
            Assert.True(error.OutcomeUnknown);
            Assert.Contains("terminating connection", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(await temp.LogAsync("lobby"));
    }

    [Fact]
    public async Task Sessions_that_were_ended_while_nobody_used_them_cost_nobody_anything()
    {
        var clock = new ManualClock();
        await using var temp = await PostgresTempStore.CreatePatientAsync(Server, clock: clock);
        await using var unhurried = new LivedTime(clock, slower: 20);
        var head = await temp.CreateAsync("lobby");
        for (var i = 0; i < 4; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => temp.LogAsync("lobby")));
            await EndSessionsAsync(temp);
            // With a key, the look for it meets the end first; without one, the time has to be that of an idle connection.
            var key = i % 2 == 0 ? "key" + i : null;
            if (key is null) clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(i + 1, (await temp.AppendAsync(head, i, TempStore.From("alice", TempStore.Text($"{i}", key)))).Outcomes.Single().Seq);
            Assert.Equal(i + 1, (await temp.LogAsync("lobby")).Length);
        }
    }

    [Fact]
    public async Task A_server_that_is_started_again_is_waited_for()
    {
        // However long it takes to start.
        await using var temp = await PostgresTempStore.CreatePatientAsync(Server);
        var head = await temp.CreateAsync("lobby");
        await Server.StopAsync();
        var append = temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")));
        var reading = temp.LogAsync("lobby");
        await Server.StartAgainAsync();
        Assert.Equal(1, (await append).Outcomes.Single().Seq);
        Assert.True((await reading).Length <= 1);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_told_in_time_and_nothing_is_unclear()
    {
        var clock = new ManualClock();
        await using var temp = await PostgresTempStore.CreateAsync(Server, writers: 4, clock, PostgresLimits.Usual);
        var head = await temp.CreateAsync("lobby");
        await Server.StopAsync();
        await using (new LivedTime(clock))
        {
            var begun = clock.GetTimestamp();
            var append = temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")));
            var reading = temp.LogAsync("lobby");
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => append);
            Assert.False(error.OutcomeUnknown);
            Assert.Contains("refused", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => reading);
            var took = clock.GetElapsedTime(begun);
            Assert.True(took < InTime, $"it took {took}");
        }

        await Server.StartAgainAsync();
        await using var unhurried = new LivedTime(clock, slower: 20);
        Assert.Equal(1, (await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")))).Outcomes.Single().Seq);
    }

    [Fact]
    public async Task A_server_that_only_reads_is_told_and_a_new_connection_tried()
    {
        await using var temp = await PostgresTempStore.CreatePatientAsync(Server);
        var head = await temp.CreateAsync("lobby");
        var database = temp.Store.Name.Split('/')[1];
        var elsewhere = Server.ConnectionString("postgres");
        await PostgresServer.ExecuteAsync(elsewhere, $"ALTER DATABASE {database} SET default_transaction_read_only = on");
        await EndSessionsAsync(temp);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1"))));
        Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
        Assert.False(error.OutcomeUnknown);
        Assert.Empty(await temp.LogAsync("lobby"));

        // A session keeps what it began with: the writer has to have begun another one.
        await PostgresServer.ExecuteAsync(elsewhere, $"ALTER DATABASE {database} RESET default_transaction_read_only");
        Assert.Equal(1, (await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")))).Outcomes.Single().Seq);
    }

    // The statement is on the server, and waits for a lock there.
    private static Task SentAsync(PostgresTempStore temp) => Eventually.TrueAsync(
        async () => await temp.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0,
        "the append waits for the lock");

    private static Task EndSessionsAsync(PostgresTempStore temp) => temp.ScalarAsync<long>(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
        + "WHERE datname = current_database() AND application_name = 'OrleansChat'");
}
