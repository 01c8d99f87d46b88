using Microsoft.Data.Sqlite;
using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Tests.Storage.Sqlite;

/// <summary>What SQLite's one transaction for a whole group does with those in it.</summary>
public sealed class SqliteTransactionTests
{
    [Fact]
    public async Task A_piece_of_work_that_throws_is_undone_alone()
    {
        using var temp = new SqliteTempStore();
        using var gate = await temp.HoldWriterAsync("");
        var before = temp.Users.SetNameAsync("before", "name", TempStore.At);
        var poison = temp.Store.Writer.RunAsync<int>(session =>
        {
            session.Execute("INSERT INTO users (user, name, created_at) VALUES ('poison', 'name', 'now')");
            throw new InvalidTimeZoneException("poison");
        });
        var after = temp.Users.SetNameAsync("after", "name", TempStore.At);
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
        using var temp = new SqliteTempStore();
        using var gate = await temp.HoldWriterAsync("");
        var before = temp.Users.SetNameAsync("before", "name", TempStore.At);
        var poison = temp.Store.Writer.RunAsync(session =>
        {
            session.Execute("INSERT INTO users (user, name, created_at) VALUES ('poison', 'name', 'now')");
            return session.Execute(refused);
        });
        var after = temp.Users.SetNameAsync("after", "name", TempStore.At);
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
        using var temp = new SqliteTempStore();
        using var first = await temp.HoldWriterAsync("");
        var written = temp.Users.SetNameAsync("alice", "Alice", TempStore.At);
        var holding = temp.HoldWriterAsync("");
        first.Open();

        // The name has been written, in a transaction that the second gate holds open.
        using var second = await holding;
        Assert.False(written.IsCompleted);
        Assert.Null(await temp.Reader.FindNameAsync("alice"));
        second.Open();
        await written;
        Assert.Equal("Alice", await temp.Reader.FindNameAsync("alice"));
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_the_outcome_open_and_the_writer_alive()
    {
        using var temp = new SqliteTempStore();
        var head = await temp.CreateAsync("lobby");
        using var gate = await temp.HoldWriterAsync("");
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
