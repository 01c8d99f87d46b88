using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>Events that change the room itself.</summary>
public abstract class EditTests(Func<Task<TempStore>> open)
{
    private static readonly DateTimeOffset At = TempStore.At;

    [Fact]
    public async Task An_edit_is_an_event_of_the_log_and_is_found_by_whoever_opens_the_room()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby", topic: "talk");
        Assert.Equal(("talk", null, At), (head.Topic, head.ArchivedAt, head.CreatedAt));
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi")));
        RoomEvent[] edits =
        [
            new(2, RoomEventKind.Topic, "alice", "Alice", "tea 🍵", At.AddMinutes(1), null, null, null),
            new(3, RoomEventKind.Archived, "bob", null, "over", At.AddMinutes(2), null, null, null),
            new(4, RoomEventKind.Restored, "bob", null, "", At.AddMinutes(3), null, null, null),
            new(5, RoomEventKind.Topic, "alice", null, "", At.AddMinutes(4), null, null, null),
        ];
        (string? Topic, DateTimeOffset? ArchivedAt)[] after = [("tea 🍵", null), ("tea 🍵", At.AddMinutes(2)), ("tea 🍵", null), (null, null)];
        var epoch = head.Epoch;
        foreach (var (edit, expected) in edits.Zip(after))
        {
            await temp.Rooms.EditAsync(new EditRequest(new RoomFence("lobby", epoch), edit, Shorthand.Note("edit")));
            var next = (await temp.Rooms.OpenAsync("lobby"))!;
            Assert.Equal((expected.Topic, expected.ArchivedAt, edit.Seq, edit.At), (next.Topic, next.ArchivedAt, next.LastSeq, next.LastAt));
            var entry = (await temp.Reader.ListRoomsOfAsync("alice")).Single();
            Assert.Equal((expected.ArchivedAt is not null, edit.Seq), (entry.Archived, entry.LastSeq));
            var listed = (await temp.Reader.ListRoomsAsync("carol", null, null, 10)).Rooms.Single();
            Assert.Equal((expected.ArchivedAt is not null, expected.Topic), (listed.Archived, listed.Topic));
            epoch = next.Epoch;
        }

        Assert.Equal(edits, (await temp.LogAsync("lobby")).Skip(1));
        Assert.Equal(
            6, (await temp.Rooms.AppendAsync(new AppendRequest(new RoomFence("lobby", epoch), 5, At, [TempStore.From("alice", TempStore.Text("6"))]))).Events.Single().Seq);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(0)]
    public async Task An_edit_that_has_lost_count_is_fenced_and_writes_nothing(long seq)
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi")));
        var before = await temp.DumpAsync();
        await Assert.ThrowsAsync<FencedException>(() => temp.Rooms.EditAsync(new EditRequest(
            new RoomFence("lobby", head.Epoch),
            new RoomEvent(seq, RoomEventKind.Topic, "alice", null, "tea", At, null, null, null),
            Shorthand.Note("topic"))));
        Assert.Equal(before, await temp.DumpAsync());
    }

    [Fact]
    public async Task A_mute_is_in_ones_list_of_rooms()
    {
        await using var temp = await open();
        var fence = new RoomFence("lobby", (await temp.CreateAsync("lobby")).Epoch);
        await temp.Rooms.SetMutedAsync(fence, "alice", At.AddDays(1));
        Assert.Equal(At.AddDays(1), (await temp.Reader.ListRoomsOfAsync("alice")).Single().MutedUntil);
        await temp.Rooms.SetMutedAsync(fence, "alice", null);
        Assert.Null((await temp.Reader.ListRoomsOfAsync("alice")).Single().MutedUntil);
    }

    [Fact]
    public async Task An_administrator_sees_the_private_rooms_of_others_and_no_direct_one()
    {
        await using var temp = await open();
        await temp.CreateAsync("open");
        await temp.CreateAsync("shut", kind: RoomKind.Private);
        await temp.CreateAsync("dm:alice:bob", kind: RoomKind.Direct);
        await temp.CreateAsync("dm:alice:root", creator: "root", kind: RoomKind.Direct);
        Assert.Equal(["dm:alice:root", "open", "shut"], await ListAsync(new Actor("root", IsAdministrator: true)));
        Assert.Equal(["dm:alice:root", "open"], await ListAsync(new Actor("root")));

        async Task<string[]> ListAsync(Actor by) => [.. (await temp.Reader.ListRoomsAsync(by, null, null, 10)).Rooms.Select(r => r.Room)];
    }

    [Fact]
    public async Task A_block_holds_between_two_until_each_has_lifted_their_own()
    {
        await using var temp = await open();
        Assert.False(await temp.Reader.IsBlockedAsync("alice", "bob"));
        await temp.Users.SetBlockAsync("alice", "bob", blocked: true, At);
        await temp.Users.SetBlockAsync("alice", "bob", blocked: true, At);
        await temp.Users.SetBlockAsync("bob", "alice", blocked: true, At);
        Assert.True(await temp.Reader.IsBlockedAsync("alice", "bob"));
        Assert.True(await temp.Reader.IsBlockedAsync("bob", "alice"));
        Assert.False(await temp.Reader.IsBlockedAsync("alice", "carol"));
        await temp.Users.SetBlockAsync("alice", "bob", blocked: false, At);
        await temp.Users.SetBlockAsync("alice", "bob", blocked: false, At);
        Assert.True(await temp.Reader.IsBlockedAsync("alice", "bob"));
        await temp.Users.SetBlockAsync("bob", "alice", blocked: false, At);
        Assert.False(await temp.Reader.IsBlockedAsync("alice", "bob"));

        foreach (var other in new[] { "zoe", "bob", "小明", "carol" }) await temp.Users.SetBlockAsync("alice", other, blocked: true, At);
        var first = await temp.Reader.ListBlocksAsync("alice", null, 3);
        var second = await temp.Reader.ListBlocksAsync("alice", first.Users[^1], 3);
        Assert.Equal((true, false), (first.More, second.More));
        Assert.Equal(["bob", "carol", "zoe", "小明"], first.Users.Concat(second.Users));
        Assert.Empty((await temp.Reader.ListBlocksAsync("bob", null, 10)).Users);
    }
}

public sealed class SqliteEditTests() : EditTests(SqliteTempStore.CreateAsync);

public sealed class PostgresEditTests(SharedPostgres postgres) : EditTests(postgres.CreateStoreAsync);
