using OrleansChat.Grains.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Storage.Sqlite;

public sealed class SqlitePlanTests
{
    [Fact]
    public async Task Rooms_of_a_user_are_counted_in_the_index_by_user()
    {
        using var temp = new SqliteTempStore();
        var plan = await temp.Store.Writer.RunAsync(session => session.Query(
            $"EXPLAIN QUERY PLAN {SqliteReader.CountRoomsOf}", static row => row.GetString(3), "alice", 10));
        Assert.Contains(plan, step => step.StartsWith("SEARCH", StringComparison.Ordinal) && step.Contains("members_by_user (user=?)", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal) && step.Contains("members", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_of_rooms_is_counted_from_its_key_on()
    {
        using var temp = new SqliteTempStore();
        var plan = await temp.Store.Writer.RunAsync(session => session.Query(
            $"EXPLAIN QUERY PLAN {SqliteReader.CountRooms}", static row => row.GetString(3), "lobby", 10));
        Assert.Contains(plan, step => step.StartsWith("SEARCH", StringComparison.Ordinal) && step.Contains("(room>?)", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_owner_is_looked_up_among_the_owners()
    {
        using var temp = new SqliteTempStore();
        var plan = await temp.Store.Writer.RunAsync(session => session.Query(
            $"EXPLAIN QUERY PLAN {SqliteRoomStore.LastOwner}", static row => row.GetString(3), "lobby", "alice", 1));
        // The words before differ between versions of SQLite.
        Assert.Equal(
            ["PRIMARY KEY (room=? AND user=?)", "INDEX members_who_own (room=?)", "PRIMARY KEY (room=?)"],
            plan.Where(step => step.StartsWith("SEARCH", StringComparison.Ordinal)).Select(step => step.Split(" USING ")[1]));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal) && step.Contains("members", StringComparison.Ordinal));
    }
}
