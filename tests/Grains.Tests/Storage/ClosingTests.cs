using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Storage;

public abstract class ClosingTests(Func<Task<TempStore>> open)
{
    [Fact]
    public async Task A_closed_store_refuses_to_write_and_to_read()
    {
        var temp = await open();
        await temp.CreateAsync("lobby");
        var (rooms, reader) = (temp.Rooms, temp.Reader);
        await temp.DisposeAsync();
        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => rooms.OpenAsync("lobby"))).OutcomeUnknown);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => reader.FindNameAsync("alice"));
    }

    [Fact]
    public async Task Closing_the_store_finishes_what_is_waiting()
    {
        await using var temp = await open();
        var waiting = Enumerable.Range(0, 1_000)
            .Select(i => temp.Users.SetNameAsync($"user{i}", $"name {i}", TempStore.At)).ToList();
        await temp.ReopenAsync();
        await Task.WhenAll(waiting);
        Assert.Equal("name 999", await temp.Reader.FindNameAsync("user999"));
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")));
        var before = await temp.LogAsync("lobby");
        await temp.ReopenAsync();

        Assert.Equal(before, await temp.LogAsync("lobby"));
        var opened = await temp.Rooms.OpenAsync("lobby");
        Assert.Equal(head with { Epoch = head.Epoch + 1, LastSeq = 1 }, opened);
    }
}

public sealed class SqliteClosingTests() : ClosingTests(SqliteTempStore.CreateAsync);

public sealed class PostgresClosingTests(SharedPostgres postgres) : ClosingTests(postgres.CreateStoreAsync);
