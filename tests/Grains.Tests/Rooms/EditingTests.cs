using System.Collections.Immutable;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;
using static OrleansChat.Grains.Tests.Rooms.Refusals;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>Topic, archive and restore: events of the log among all the others.</summary>
public abstract class EditingTests(ChatCluster cluster)
{
    [Fact]
    public async Task Edits_are_numbered_with_the_sends_around_them_and_the_last_topic_stands()
    {
        const int Senders = 8, Each = 40, Topics = 40;
        var (id, room) = await NewRoomAsync("mod");
        await PromoteAsync(room, "mod");
        var follower = new Follower(cluster, id, "alice");
        await follower.FollowAsync();
        var sent = Task.WhenAll(Enumerable.Range(0, Senders).Select(async sender =>
        {
            await room.Join($"user{sender}", null);
            var seqs = new List<long>();
            for (var i = 0; i < Each; i++) seqs.Add((await room.SendAsync($"user{sender}", $"{i}")).Seq);
            return seqs;
        }));
        var edited = await Task.WhenAll(new[] { "alice", "mod" }.Select(async user =>
        {
            var seqs = new List<long>();
            for (var i = 0; i < Topics; i++) seqs.Add(await room.Edit(Topic(user, $"{user} {i}")));
            Assert.Equal(seqs.Order(), seqs);
            return seqs;
        }));
        var seqs = (await sent).Concat(edited).SelectMany(s => s).Order().ToList();
        Assert.Equal(Enumerable.Range(1, (Senders * Each) + (2 * Topics)).Select(i => (long)i), seqs);

        var log = await cluster.Temp.LogAsync(id);
        Assert.Equal(seqs, log.Select(e => e.Seq));
        Assert.Equal(edited.SelectMany(s => s).Order(), log.Where(e => e.Kind == RoomEventKind.Topic).Select(e => e.Seq));
        var last = log.Last(e => e.Kind == RoomEventKind.Topic);
        Assert.Equal(last.Text, (await room.Describe(new Actor("alice"))).Topic);
        Assert.Equal(last.Text, (await cluster.Temp.Rooms.OpenAsync(id))!.Topic);
        Assert.Equal(
            log.Where(e => e.Kind == RoomEventKind.Topic).Select(e => (e.From, e.Text)),
            (await cluster.History(id).Audit(new Actor("alice"), null, 200)).Entries.Where(e => e.Action == "topic").Select(e => (e.By, e.Detail!)));
        await Clocks.Eventually.TrueAsync(() => follower.Events.SequenceEqual(log), "the gateway has all of them");
    }

    [Fact]
    public async Task Nothing_is_said_between_archived_and_restored_whoever_is_sending()
    {
        var (id, room) = await NewRoomAsync();
        var ends = new TaskCompletionSource();
        var senders = Enumerable.Range(0, 8).Select(async sender =>
        {
            await room.Join($"user{sender}", null);
            var seqs = new List<long>();
            while (!ends.Task.IsCompleted)
            {
                try
                {
                    seqs.AddRange((await room.Send(new SendBatch(
                        $"user{sender}", null, [.. Enumerable.Range(0, 20).Select(i => Sending.Text($"{i}"))]))).Outcomes
                        .Where(o => o.Refusal is null).Select(o => o.Seq));
                }
                catch (ChatException refused) when (refused.Code == ChatErrorCode.Archived)
                {
                }
            }

            return seqs;
        }).ToList();
        for (var i = 0; i < 15; i++)
        {
            var archived = await room.Edit(Archive("alice"));
            await Assert.ThrowsAsync<ChatException>(() => room.SendAsync("alice", "hi"));
            Assert.Equal(archived + 1, await room.Edit(Restore("alice")));
            await room.SendAsync("alice", "between");
        }

        ends.SetResult();
        var acknowledged = (await Task.WhenAll(senders)).SelectMany(s => s).ToList();
        var log = await cluster.Temp.LogAsync(id);
        Assert.Equal(Enumerable.Range(1, log.Length).Select(i => (long)i), log.Select(e => e.Seq));
        Assert.Equal(acknowledged.Order(), log.Where(e => e.From != "alice").Select(e => e.Seq));
        foreach (var (archived, next) in log.Zip(log.Skip(1)).Where(pair => pair.First.Kind == RoomEventKind.Archived))
            Assert.Equal((RoomEventKind.Restored, archived.Seq + 1), (next.Kind, next.Seq));
    }

    [Fact]
    public async Task What_was_edited_survives_a_reactivation()
    {
        var (id, room) = await NewRoomAsync();
        await room.Edit(Topic("alice", "tea"));
        await room.Edit(Archive("alice", "over"));
        await cluster.DeactivateAsync(room);
        await RefusedAsync(ChatErrorCode.Archived, "room", () => room.SendAsync("alice", "hi"));
        var view = await room.Join("bob", null);
        Assert.Equal(("tea", true, 2), (view.Topic, view.Entry.Archived, view.Entry.LastSeq));
        Assert.Equal(0, await room.Edit(Archive("alice")));
        await room.Edit(Restore("alice"));
        await cluster.DeactivateAsync(room);
        Assert.Equal(4, (await room.SendAsync("bob", "hi")).Seq);
        Assert.Equal(
            [(RoomEventKind.Topic, "tea"), (RoomEventKind.Archived, "over"), (RoomEventKind.Restored, ""), (RoomEventKind.Message, "hi")],
            (await cluster.History(id).Page("alice", null, null, 10)).Events.Select(e => (e.Kind, e.Text)));
    }

    [Fact]
    public async Task What_is_so_already_is_no_event()
    {
        var (id, room) = await NewRoomAsync();
        foreach (var edit in new[] { Topic("alice", null), Restore("alice") }) Assert.Equal(0, await room.Edit(edit));
        Assert.Equal(1, await room.Edit(Topic("alice", "tea")));
        Assert.Equal(0, await room.Edit(Topic("alice", "tea")));
        Assert.Equal(2, await room.Edit(Archive("alice")));
        Assert.Equal(0, await room.Edit(Archive("alice", "again")));
        Assert.Equal(0, await room.Edit(Topic("alice", "tea")));
        Assert.Equal(3, await room.Edit(Restore("alice")));
        Assert.Equal(4, await room.Edit(Topic("alice", null)));
        Assert.Null((await room.Describe(new Actor("alice"))).Topic);
        Assert.Equal(4, (await cluster.Temp.LogAsync(id)).Length);
        Assert.Equal(4, (await cluster.History(id).Audit(new Actor("alice"), null, 10)).Entries.Length);
        // Of many who archive it at once, one does.
        var seqs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => room.Edit(Archive("alice"))));
        Assert.Equal(5, Assert.Single(seqs, seq => seq != 0));
    }

    [Fact]
    public async Task A_fenced_activation_edits_nothing_and_audits_nothing()
    {
        var (id, room) = await NewRoomAsync("bob");
        await room.SendAsync("alice", "hi");
        await cluster.Temp.Rooms.OpenAsync(id);
        var before = await DumpAsync(id);
        await RefusedAsync(ChatErrorCode.Unavailable, "room", () => room.Edit(Topic("alice", "tea")));
        Assert.Equal(before, await DumpAsync(id));
        await cluster.Temp.Rooms.OpenAsync(id);
        // The next activation has yet to open it.
        Assert.Equal(2, await Sending.SurelyAsync(() => room.Edit(Topic("alice", "tea"))));
        await cluster.Temp.Rooms.OpenAsync(id);
        before = await DumpAsync(id);
        await RefusedAsync(ChatErrorCode.Unavailable, "room", () => room.Moderate(
            new Moderation("alice", ModerationAction.Role, "bob", Role: MemberRole.Owner)));
        Assert.Equal(before, await DumpAsync(id));
    }

    [Fact]
    public async Task The_topic_is_for_owners_and_moderators_and_the_archive_for_owners()
    {
        var (_, room) = await NewRoomAsync("mod", "bob", "muted");
        await PromoteAsync(room, "mod");
        await PromoteAsync(room, "muted");
        await room.Moderate(new Moderation("alice", ModerationAction.Mute, "muted"));
        await room.Edit(Topic("mod", "tea"));
        await RefusedAsync(ChatErrorCode.Forbidden, null, () => room.Edit(Topic("bob", "mine")));
        await RefusedAsync(ChatErrorCode.Muted, "room", () => room.Edit(Topic("muted", "mine")));
        await RefusedAsync(ChatErrorCode.NotMember, "room", () => room.Edit(Topic("eve", "mine")));
        foreach (var user in new[] { "mod", "bob" })
        {
            await RefusedAsync(ChatErrorCode.Forbidden, null, () => room.Edit(Archive(user)));
            await RefusedAsync(ChatErrorCode.Forbidden, null, () => room.Edit(Restore(user)));
        }

        await room.Edit(Archive("alice"));
        await RefusedAsync(ChatErrorCode.Archived, "room", () => room.Edit(Topic("mod", "other")));
        await RefusedAsync(ChatErrorCode.Archived, "room", () => room.Typing("bob"));
        await room.Read("bob", 1);
        await room.Moderate(new Moderation("mod", ModerationAction.Kick, "bob"));
        await room.Join("bob", null);
        await room.Leave("bob", null);
    }

    [Theory]
    [InlineData("topic", 251)]
    [InlineData("topic", 0)]
    [InlineData("reason", 251)]
    [InlineData("reason", 0)]
    public async Task A_topic_and_a_reason_are_lines_of_at_most_250_characters(string field, int length)
    {
        var (_, room) = await NewRoomAsync();
        foreach (var text in new[] { new string('x', length), "two\nlines" })
        {
            await RefusedAsync(
                ChatErrorCode.BadField, field, () => room.Edit(field == "topic" ? Topic("alice", text) : Archive("alice", text)));
        }

        Assert.Equal(1, await room.Edit(field == "topic" ? Topic("alice", new string('x', 250)) : Archive("alice", new string('x', 250))));
    }

    [Fact]
    public async Task A_direct_room_has_neither()
    {
        var (one, other) = (cluster.Name("a"), cluster.Name("b"));
        var room = cluster.Room(ChatId.DirectRoom(one, other));
        await room.SendAsync(one, "psst");
        foreach (var by in new[] { new Actor(one), new Actor("root", IsAdministrator: true), new Actor(other, IsAdministrator: true) })
        {
            foreach (var kind in Enum.GetValues<RoomEditKind>())
                await RefusedAsync(ChatErrorCode.Forbidden, "room", () => room.Edit(new RoomEdit(by, null, kind, "tea")));
        }
    }

    private async Task<ImmutableArray<string>> DumpAsync(string id) =>
        [.. (await cluster.Temp.DumpAsync()).Where(row => row.Contains(id, StringComparison.Ordinal))];

    private async Task<(string Id, IRoomGrain Room)> NewRoomAsync(params string[] members)
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Create("alice", RoomKind.Public, null, null);
        foreach (var member in members) await room.Join(member, null);
        return (id, room);
    }

    private static Task PromoteAsync(IRoomGrain room, string user) =>
        room.Moderate(new Moderation("alice", ModerationAction.Role, user, Role: MemberRole.Moderator));

    private static RoomEdit Topic(string by, string? text) => new(new Actor(by), null, RoomEditKind.Topic, text);

    private static RoomEdit Archive(string by, string? reason = null) => new(new Actor(by), null, RoomEditKind.Archive, Reason: reason);

    private static RoomEdit Restore(string by) => new(new Actor(by), null, RoomEditKind.Restore);
}

public sealed class SqliteEditingTests(ChatCluster cluster) : EditingTests(cluster), IClassFixture<ChatCluster>;

public sealed class PostgresEditingTests(PostgresCluster cluster) : EditingTests(cluster), IClassFixture<PostgresCluster>;
