using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>Two stores over one database: what two silos have that both believe to hold a room.</summary>
public abstract class FenceTests(Func<Task<TempStore>> open)
{
    private static readonly DateTimeOffset At = TempStore.At;

    public static TheoryData<string> Writes => [.. AllWrites.Keys];

    private static readonly Dictionary<string, Func<IRoomStore, RoomFence, Task>> AllWrites = new()
    {
        ["append"] = (store, fence) => store.AppendAsync(Request(fence, 1, "late")),
        ["append as if it knew the newest seq"] = (store, fence) => store.AppendAsync(Request(fence, 2, "late")),
        ["append from the start"] = (store, fence) => store.AppendAsync(Request(fence, 0, "late")),
        ["append nothing"] = (store, fence) => store.AppendAsync(new AppendRequest(fence, 1, At, [])),
        ["append what is there already"] = (store, fence) => store.AppendAsync(
            new AppendRequest(fence, 1, At, [TempStore.From("alice", TempStore.Text("first", "k1"))])),
        ["add a member"] = (store, fence) => store.AddMemberAsync(fence, new NewMember("late", MemberRole.Member, 0, At)),
        ["add a member who is one"] = (store, fence) => store.AddMemberAsync(fence, new NewMember("alice", MemberRole.Member, 0, At)),
        ["remove a member"] = (store, fence) => store.RemoveMemberAsync(fence, "alice"),
        ["move a read cursor"] = (store, fence) => store.SetReadSeqAsync(fence, "alice", 2),
        ["mute"] = (store, fence) => store.SetMutedAsync(fence, "alice", DateTimeOffset.MaxValue),
        ["unmute"] = (store, fence) => store.SetMutedAsync(fence, "bob", null),
        ["ban"] = (store, fence) => store.BanAsync(fence, new Ban("alice", DateTimeOffset.MaxValue, "late", At)),
        ["unban"] = (store, fence) => store.UnbanAsync(fence, "mallory"),
        ["invite a member"] = (store, fence) => store.AddMemberAsync(
            fence, new NewMember("late", MemberRole.Member, 0, At), Shorthand.Note("invite", "late")),
        ["kick a member"] = (store, fence) => store.RemoveMemberAsync(fence, "bob", Shorthand.Note("kick", "bob")),
        ["give a role"] = (store, fence) => store.SetRoleAsync(fence, "bob", MemberRole.Owner),
        ["set the topic"] = (store, fence) => store.EditAsync(Edit(fence, 2, RoomEventKind.Topic)),
        ["archive"] = (store, fence) => store.EditAsync(Edit(fence, 3, RoomEventKind.Archived)),
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task The_older_activation_never_commits_again(string write)
    {
        await using var temp = await open();
        await using var rival = await temp.OpenRivalAsync();
        var older = await temp.CreateAsync("lobby");
        var fence = new RoomFence("lobby", older.Epoch);
        await temp.Rooms.AppendAsync(new AppendRequest(fence, 0, At, [TempStore.From("alice", TempStore.Text("first", "k1"))]));
        await temp.Rooms.AddMemberAsync(fence, new NewMember("bob", MemberRole.Member, 0, At));
        await temp.Rooms.SetMutedAsync(fence, "bob", DateTimeOffset.MaxValue);
        await temp.Rooms.BanAsync(fence, new Ban("mallory", DateTimeOffset.MaxValue, "alice", At));

        var newer = (await rival.Rooms.OpenAsync("lobby"))!;
        Assert.Equal(older.Epoch + 1, newer.Epoch);
        Assert.Equal(1, newer.LastSeq);
        var before = await temp.DumpAsync();
        for (var attempt = 0; attempt < 3; attempt++)
            await Assert.ThrowsAsync<FencedException>(() => AllWrites[write](temp.Rooms, fence));
        Assert.Equal(before, await temp.DumpAsync());

        // And neither when the newer one has written since.
        await rival.Rooms.AppendAsync(Request(new RoomFence("lobby", newer.Epoch), 1, "second"));
        before = await temp.DumpAsync();
        await Assert.ThrowsAsync<FencedException>(() => AllWrites[write](temp.Rooms, fence));
        Assert.Equal(before, await temp.DumpAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_activation_that_has_lost_count_commits_nothing(long lastSeq)
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("1")), TempStore.From("alice", TempStore.Text("2")));
        var before = await temp.DumpAsync();
        await Assert.ThrowsAsync<FencedException>(
            () => temp.AppendAsync(head, lastSeq, TempStore.From("alice", TempStore.Text("3"))));
        Assert.Equal(before, await temp.DumpAsync());
    }

    [Fact]
    public async Task Creating_a_room_that_is_there_changes_nothing_and_fences_nobody()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        var before = await temp.DumpAsync();
        Assert.Null(await temp.Rooms.CreateAsync(
            new NewRoom("lobby", "another", RoomKind.Private, "topic", "mallory", MemberRole.Owner, At)));
        Assert.Equal(before, await temp.DumpAsync());
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("still there")));
    }

    [Fact]
    public async Task Opening_a_room_that_is_not_there_finds_nothing_and_makes_nothing()
    {
        await using var temp = await open();
        var before = await temp.DumpAsync();
        Assert.Null(await temp.Rooms.OpenAsync("lobby"));
        Assert.Equal(before, await temp.DumpAsync());
    }

    [Fact]
    public async Task Two_writers_that_take_the_room_from_each_other_lose_nothing_that_was_acknowledged()
    {
        const int PerWriter = 150;
        await using var temp = await open();
        await using var rival = await temp.OpenRivalAsync();
        await temp.CreateAsync("lobby");
        var acknowledged = await Task.WhenAll(
            Task.Run(() => WriteAsync(temp.Rooms, "one", PerWriter)),
            Task.Run(() => WriteAsync(rival.Rooms, "two", PerWriter)));

        var log = await temp.LogAsync("lobby");
        Assert.Equal(Enumerable.Range(1, 2 * PerWriter).Select(i => (long)i), log.Select(e => e.Seq));
        Assert.Equal(acknowledged.SelectMany(a => a).OrderBy(a => a.Seq), log.Select(e => (e.Seq, e.Text)));
        foreach (var writer in new[] { "one", "two" })
        {
            Assert.Equal(
                Enumerable.Range(0, PerWriter).Select(i => $"{writer} {i}"),
                log.Where(e => e.From == writer).Select(e => e.Text));
        }

        // They did take it from each other, and each epoch's events lie together, in the order of the epochs: nobody wrote after being fenced.
        Assert.True(await temp.ScalarAsync<long>("SELECT count(DISTINCT epoch) FROM events") > 4);
        Assert.Equal(
            0L, await temp.ScalarAsync<long>("SELECT count(*) FROM events a JOIN events b ON b.seq = a.seq + 1 WHERE b.epoch < a.epoch"));
    }

    // Keeps the room for a few writes, until the other takes it; then takes it back and sends the same again.
    private static async Task<List<(long Seq, string Text)>> WriteAsync(IRoomStore store, string sender, int count)
    {
        var acknowledged = new List<(long, string)>();
        RoomHead? head = null;
        long lastSeq = 0;
        for (var i = 0; i < count;)
        {
            var draft = TempStore.From(sender, TempStore.Text($"{sender} {i}", $"{sender}-{i}"));
            try
            {
                if (head is null || i % 7 == 6)
                {
                    head = (await store.OpenAsync("lobby"))!;
                    lastSeq = head.LastSeq;
                }

                var result = await store.AppendAsync(new AppendRequest(new RoomFence("lobby", head.Epoch), lastSeq, At, [draft]));
                var outcome = result.Outcomes.Single();
                Assert.False(outcome.Duplicate);
                acknowledged.Add((outcome.Seq, draft.Draft.Text));
                lastSeq = outcome.Seq;
                i++;
            }
            catch (FencedException)
            {
                head = null;
            }
            catch (StoreUnavailableException busy) when (!busy.OutcomeUnknown)
            {
                // The other held the database for too long; nothing was written.
            }
        }

        return acknowledged;
    }

    private static EditRequest Edit(RoomFence fence, long seq, RoomEventKind kind) => new(
        fence, new RoomEvent(seq, kind, "alice", null, "late", At, null, null, null), Shorthand.Note("edit"));

    private static AppendRequest Request(RoomFence fence, long lastSeq, string text) =>
        new(fence, lastSeq, At, [TempStore.From("alice", TempStore.Text(text))]);
}

public sealed class SqliteFenceTests() : FenceTests(SqliteTempStore.CreateAsync);

public sealed class PostgresFenceTests(SharedPostgres postgres) : FenceTests(postgres.CreateStoreAsync);
