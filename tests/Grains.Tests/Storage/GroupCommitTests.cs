using Microsoft.Data.Sqlite;
using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Tests.Storage;

public sealed class GroupCommitTests
{
    [Fact]
    public async Task Rooms_that_write_at_once_share_transactions_and_each_keeps_its_own_order()
    {
        const int Rooms = 40, Rounds = 25;
        using var temp = new TempStore();
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
        using var temp = new TempStore();
        var left = await temp.CreateAsync("left");
        var fenced = await temp.CreateAsync("fenced");
        var right = await temp.CreateAsync("right");
        await temp.Rooms.OpenAsync("fenced");

        using var gate = new WriterGate(temp.Store.Writer);
        await gate.ReachedAsync();
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
    public async Task A_piece_of_work_that_throws_is_undone_alone()
    {
        using var temp = new TempStore();
        using var gate = new WriterGate(temp.Store.Writer);
        await gate.ReachedAsync();
        var before = temp.Store.Users.SetNameAsync("before", "name", TempStore.At);
        var poison = temp.Store.Writer.RunAsync<int>(session =>
        {
            session.Execute("INSERT INTO users (user, name, created_at) VALUES ('poison', 'name', 'now')");
            throw new InvalidTimeZoneException("poison");
        });
        var after = temp.Store.Users.SetNameAsync("after", "name", TempStore.At);
        gate.Open();

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => poison);
        await before;
        await after;
        Assert.Equal("name", await temp.Reader.FindNameAsync("before"));
        Assert.Null(await temp.Reader.FindNameAsync("poison"));
        Assert.Equal("name", await temp.Reader.FindNameAsync("after"));
    }

    [Theory]
    [InlineData("INSERT INTO users (user, name, created_at) VALUES ('poison', 'twice', 'now')")]
    [InlineData("INSERT INTO no_such_table VALUES (1)")]
    [InlineData("this is no statement")]
    public async Task A_statement_that_the_database_refuses_is_undone_alone(string refused)
    {
        using var temp = new TempStore();
        using var gate = new WriterGate(temp.Store.Writer);
        await gate.ReachedAsync();
        var before = temp.Store.Users.SetNameAsync("before", "name", TempStore.At);
        var poison = temp.Store.Writer.RunAsync(session =>
        {
            session.Execute("INSERT INTO users (user, name, created_at) VALUES ('poison', 'name', 'now')");
            return session.Execute(refused);
        });
        var after = temp.Store.Users.SetNameAsync("after", "name", TempStore.At);
        gate.Open();

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => poison);
        Assert.False(error.OutcomeUnknown);
        Assert.IsType<SqliteException>(error.InnerException);
        await before;
        await after;
        Assert.Equal("name", await temp.Reader.FindNameAsync("before"));
        Assert.Null(await temp.Reader.FindNameAsync("poison"));
        Assert.Equal("name", await temp.Reader.FindNameAsync("after"));
    }

    [Fact]
    public async Task Nothing_completes_before_its_transaction_is_on_the_disk()
    {
        using var temp = new TempStore();
        using var first = new WriterGate(temp.Store.Writer);
        await first.ReachedAsync();
        var written = temp.Store.Users.SetNameAsync("alice", "Alice", TempStore.At);
        using var second = new WriterGate(temp.Store.Writer);
        first.Open();

        // The name has been written, in a transaction that the second gate holds open.
        await second.ReachedAsync();
        Assert.False(written.IsCompleted);
        Assert.Null(await temp.Reader.FindNameAsync("alice"));
        second.Open();
        await written;
        Assert.Equal("Alice", await temp.Reader.FindNameAsync("alice"));
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_the_outcome_open_and_the_writer_alive()
    {
        using var temp = new TempStore();
        var head = await temp.CreateAsync("lobby");
        using var gate = new WriterGate(temp.Store.Writer);
        await gate.ReachedAsync();
        var append = temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")));
        // A constraint that is checked by COMMIT, and by nothing before it.
        var poison = temp.Store.Writer.RunAsync(session =>
        {
            session.Execute("CREATE TABLE a (id INTEGER PRIMARY KEY)");
            session.Execute("CREATE TABLE b (a INTEGER REFERENCES a DEFERRABLE INITIALLY DEFERRED)");
            return session.Execute("INSERT INTO b VALUES (1)");
        });
        gate.Open();

        Assert.True((await Assert.ThrowsAsync<StoreUnavailableException>(() => append)).OutcomeUnknown);
        Assert.True((await Assert.ThrowsAsync<StoreUnavailableException>(() => poison)).OutcomeUnknown);
        var again = await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")));
        Assert.Equal(1, again.Outcomes.Single().Seq);
        Assert.Single(await temp.LogAsync("lobby"));
    }
}
