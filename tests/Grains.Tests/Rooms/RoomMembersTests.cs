using OrleansChat.Grains.Rooms;
using OrleansChat.Grains.Tests.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Rooms;

public sealed class RoomMembersTests
{
    [Fact]
    public async Task A_read_cursor_that_moves_changes_nothing_of_what_somebody_may_do()
    {
        using var temp = new SqliteTempStore();
        var members = new RoomMembers(temp.Reader, await temp.CreateAsync("lobby"));
        var standing = await members.FindAsync("alice");
        Assert.True(members.IsStill("alice", standing));
        // By moving it again and again nobody puts off a ban that waits for its turn.
        members.ReadTo("alice", 1);
        Assert.True(members.IsStill("alice", standing));
        members.Changed("bob");
        Assert.True(members.IsStill("alice", standing));
        members.Changed("alice");
        Assert.False(members.IsStill("alice", standing));
        Assert.True(members.IsStill("alice", await members.FindAsync("alice")));
    }

    [Fact]
    public async Task A_read_cursor_that_was_overtaken_is_no_news()
    {
        using var temp = new SqliteTempStore();
        var members = new RoomMembers(temp.Reader, await temp.CreateAsync("lobby"));
        // Of whom nothing is known, anything is.
        Assert.True(members.ReadTo("alice", 1));
        await members.FindAsync("alice");
        Assert.True(members.ReadTo("alice", 3));
        Assert.False(members.ReadTo("alice", 2));
        Assert.True(members.ReadTo("alice", 3));
        Assert.True(members.ReadTo("alice", 4));
        Assert.Equal(4, (await members.FindAsync("alice")).ReadSeq);
    }
}
