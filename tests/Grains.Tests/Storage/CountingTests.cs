using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Sqlite;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>How much is stored, by what the rooms know of themselves.</summary>
public abstract class CountingTests(Func<Task<TempStore>> open)
{
    [Fact]
    public async Task In_an_empty_store_there_is_nothing_of_anything()
    {
        await using var temp = await open();
        Assert.Equal(new RoomCounts(0, 0, 0, 0, 0, 0), await temp.Reader.CountAsync());
        Assert.Equal(0, await temp.Accounts.CountAsync());
    }

    [Fact]
    public async Task Rooms_are_counted_by_kind_and_their_members_and_events_as_the_tables_have_them()
    {
        await using var temp = await open();
        await temp.CreateAsync("shut", kind: RoomKind.Private);
        await temp.CreateAsync("dm:alice:bob", kind: RoomKind.Direct);
        await temp.CreateAsync("dm:alice:carol", kind: RoomKind.Direct);
        await temp.CreateAsync("quiet");
        await temp.CreateAsync("tea");
        var lobby = await temp.CreateAsync("lobby");
        var fence = new RoomFence("lobby", lobby.Epoch);
        foreach (var user in new[] { "bob", "carol", "dave", "erin" })
            await temp.Rooms.AddMemberAsync(fence, new NewMember(user, MemberRole.Member, 0, TempStore.At));
        await temp.Rooms.AddMemberAsync(fence, new NewMember("bob", MemberRole.Member, 0, TempStore.At));
        await temp.Rooms.RemoveMemberAsync(fence, "dave");
        await temp.Rooms.BanAsync(fence, new Ban("erin", DateTimeOffset.MaxValue, "alice", TempStore.At));
        // What is sent again with its key is one event, and so is each change of the room itself.
        var (hi, again) = (TempStore.From("alice", TempStore.Text("hi", "k")), TempStore.From("alice", TempStore.Text("hi", "k")));
        await temp.AppendAsync(lobby, 0, hi, again, TempStore.From("bob", TempStore.Text("hello")));
        await temp.AppendAsync(lobby, 2, hi);
        await EditAsync(3, RoomEventKind.Topic, "about");
        await EditAsync(4, RoomEventKind.Archived, "over");

        var counts = await temp.Reader.CountAsync();
        Assert.Equal((3L, 1L, 2L, 1L), (counts.Public, counts.Private, counts.Direct, counts.Archived));
        Assert.Equal(4, counts.Events);
        foreach (var (table, count) in new[] { ("members", counts.Memberships), ("events", counts.Events) })
            Assert.Equal(await temp.ScalarAsync<long>($"SELECT count(*) FROM {table}"), count);
        await EditAsync(5, RoomEventKind.Restored, "");
        Assert.Equal(counts with { Archived = 0, Events = 5 }, await temp.Reader.CountAsync());

        Task EditAsync(long seq, RoomEventKind kind, string text) => temp.Rooms.EditAsync(new EditRequest(
            fence, new RoomEvent(seq, kind, "alice", null, text, TempStore.At, null, null, null), Shorthand.Note("edit")));
    }

    [Theory]
    [InlineData(SqliteReader.RowsAtOnce)]
    [InlineData((2 * SqliteReader.RowsAtOnce) + 1)]
    public async Task All_pages_are_counted_whether_the_last_is_full_or_not(int rows)
    {
        await using var temp = await open();
        var numbers = $"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})";
        // Not in the order of their ids, which are of several scripts.
        await temp.ExecuteAsync(
            $"INSERT INTO rooms (room, log, kind, epoch, last_seq, member_count, created_by, created_at) {numbers} "
            + "SELECT CASE i % 3 WHEN 0 THEN 'я' WHEN 1 THEN 'Z' ELSE 'a' END || (i * 7919 % 1000003), 'l', "
            + "CASE i % 4 WHEN 0 THEN 'private' WHEN 1 THEN 'direct' ELSE 'public' END, 1, i, 2, 'alice', '2026-11-21T09:00:00.000Z' FROM n");
        await temp.ExecuteAsync(
            $"INSERT INTO accounts {numbers} SELECT 'user' || i, 'user' || i, 'hash', 's1', 0, NULL, '[]', 1, '2026-11-21T09:00:00.000Z' FROM n");
        Assert.Equal(
            new RoomCounts(rows - (rows / 4) - ((rows + 3) / 4), rows / 4, (rows + 3) / 4, 0, 2L * rows, (long)rows * (rows + 1) / 2),
            await temp.Reader.CountAsync());
        Assert.Equal(rows, await temp.Accounts.CountAsync());
    }

    [Fact]
    public async Task It_is_counted_also_while_somebody_writes()
    {
        await using var temp = await open();
        await temp.CreateAsync("lobby");
        await using var other = await temp.ConnectAsync();
        await using var writing = await other.BeginTransactionAsync();
        await using var command = other.CreateCommand();
        command.Transaction = writing;
        command.CommandText = "UPDATE rooms SET last_seq = 5";
        await command.ExecuteNonQueryAsync();
        Assert.Equal(new RoomCounts(1, 0, 0, 0, 1, 0), await temp.Reader.CountAsync());
        await writing.RollbackAsync();
    }
}

public sealed class SqliteCountingTests() : CountingTests(SqliteTempStore.CreateAsync);

public sealed class PostgresCountingTests(SharedPostgres postgres) : CountingTests(postgres.CreateStoreAsync);
