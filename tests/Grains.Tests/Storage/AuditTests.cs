using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>What is done to a room and its members stands in the audit by the very transaction that does it.</summary>
public abstract class AuditTests(Func<Task<TempStore>> open)
{
    private static readonly DateTimeOffset At = TempStore.At;

    [Fact]
    public async Task Whoever_comes_back_is_as_muted_as_they_were()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        var fence = new RoomFence(head.Room, head.Epoch);
        foreach (var (until, action) in new (DateTimeOffset?, string)[] { (At.AddDays(1), "mute"), (DateTimeOffset.MaxValue, "mute"), (null, "unmute") })
        {
            await temp.Rooms.AddMemberAsync(fence, new NewMember("bob", MemberRole.Member, 0, At));
            await temp.Rooms.SetMutedAsync(fence, "bob", until, new AuditRecord(At, "lobby", action, "alice", "bob", until));
            await temp.Rooms.RemoveMemberAsync(fence, "bob");
            await temp.Rooms.AddMemberAsync(fence, new NewMember("bob", MemberRole.Member, 0, At));
            Assert.Equal(until?.Year, (await temp.Reader.FindStandingAsync("lobby", "bob"))!.MutedUntil?.Year);
            Assert.Equal(until is null, (await temp.Reader.FindStandingAsync("lobby", "bob"))!.MutedUntil is null);
        }

        // Somebody else's mute is not theirs, nor one of another room.
        await temp.Rooms.AddMemberAsync(fence, new NewMember("carol", MemberRole.Member, 0, At));
        Assert.Null((await temp.Reader.FindStandingAsync("lobby", "carol"))!.MutedUntil);
    }

    public static TheoryData<string> Deeds => [.. AllDeeds.Keys];

    // Each finds alice the owner, bob a muted member, and mallory banned.
    private static readonly Dictionary<string, (AuditEntry Entry, Func<IRoomStore, RoomFence, AuditRecord, Task> Do)> AllDeeds = new()
    {
        ["invite"] = (Of("invite", "carol"), (store, fence, audit) =>
            store.AddMemberAsync(fence, new NewMember("carol", MemberRole.Member, 0, At), audit)),
        ["kick"] = (Of("kick", "bob"), (store, fence, audit) => store.RemoveMemberAsync(fence, "bob", audit)),
        ["role"] = (Of("role", "bob") with { Detail = "owner" }, (store, fence, audit) =>
            store.SetRoleAsync(fence, "bob", MemberRole.Owner, audit)),
        ["mute"] = (Of("mute", "alice") with { Until = At.AddDays(1) }, (store, fence, audit) =>
            store.SetMutedAsync(fence, "alice", At.AddDays(1), audit)),
        ["mute for longer"] = (Of("mute", "bob") with { Until = At.AddDays(3) }, (store, fence, audit) =>
            store.SetMutedAsync(fence, "bob", At.AddDays(3), audit)),
        ["unmute"] = (Of("unmute", "bob"), (store, fence, audit) => store.SetMutedAsync(fence, "bob", null, audit)),
        ["ban a member"] = (Of("ban", "bob") with { Until = At.AddDays(1) }, (store, fence, _) =>
            store.BanAsync(fence, new Ban("bob", At.AddDays(1), "alice", At, "why"))),
        ["ban a stranger"] = (Of("ban", "eve") with { Until = At.AddDays(1) }, (store, fence, _) =>
            store.BanAsync(fence, new Ban("eve", At.AddDays(1), "alice", At, "why"))),
        ["ban for longer"] = (Of("ban", "mallory") with { Until = At.AddDays(3) }, (store, fence, _) =>
            store.BanAsync(fence, new Ban("mallory", At.AddDays(3), "alice", At, "why"))),
        ["unban"] = (Of("unban", "mallory"), (store, fence, audit) => store.UnbanAsync(fence, "mallory", audit)),
        ["topic"] = (Of("topic", null) with { Detail = "tea" }, (store, fence, audit) =>
            store.EditAsync(new EditRequest(fence, Event(RoomEventKind.Topic, "tea"), audit))),
        ["archive"] = (Of("archive", null), (store, fence, audit) =>
            store.EditAsync(new EditRequest(fence, Event(RoomEventKind.Archived, "why"), audit))),
        ["restore"] = (Of("restore", null), (store, fence, audit) =>
            store.EditAsync(new EditRequest(fence, Event(RoomEventKind.Restored, "why"), audit))),
    };

    [Theory]
    [MemberData(nameof(Deeds))]
    public async Task Each_deed_is_audited_in_full(string deed)
    {
        await using var temp = await open();
        var fence = await SetAsync(temp);
        var (entry, act) = AllDeeds[deed];
        var before = (await temp.Reader.ListAuditAsync("lobby", 0, 100)).Entries;
        await act(temp.Rooms, fence, Record(entry));
        var added = Assert.Single((await temp.Reader.ListAuditAsync("lobby", before[^1].Id, 100)).Entries);
        Assert.Equal(entry with { Id = added.Id }, added);
        Assert.Equal(before.Add(added), (await temp.Reader.ListAuditAsync("lobby", 0, 100)).Entries);
    }

    [Theory]
    [MemberData(nameof(Deeds))]
    public async Task What_cannot_be_audited_is_not_done(string deed)
    {
        await using var temp = await open();
        var fence = await SetAsync(temp);
        await temp.ExecuteAsync("ALTER TABLE audit RENAME TO elsewhere");
        var before = await DumpAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AllDeeds[deed].Do(temp.Rooms, fence, Record(AllDeeds[deed].Entry)));
        Assert.Equal(before, await DumpAsync());
        await temp.ExecuteAsync("ALTER TABLE elsewhere RENAME TO audit");
        await AllDeeds[deed].Do(temp.Rooms, fence, Record(AllDeeds[deed].Entry));
        Assert.NotEqual(before, await DumpAsync());

        async Task<string[]> DumpAsync() =>
            [.. await temp.QueryAsync("SELECT * FROM rooms"), .. await temp.QueryAsync("SELECT * FROM events"),
                .. await temp.QueryAsync("SELECT * FROM members ORDER BY 2"), .. await temp.QueryAsync("SELECT * FROM bans ORDER BY 2")];
    }

    [Fact]
    public async Task What_is_so_already_is_not_audited_again()
    {
        await using var temp = await open();
        var fence = await SetAsync(temp);
        foreach (var deed in Deeds.Select(row => row.Data).Where(deed => deed is not ("topic" or "archive" or "restore")))
        {
            var (entry, act) = AllDeeds[deed];
            await act(temp.Rooms, fence, Record(entry));
            var before = await temp.DumpAsync();
            await act(temp.Rooms, fence, Record(entry));
            Assert.True(before.SequenceEqual(await temp.DumpAsync()), $"{deed} was done twice");
        }
    }

    [Fact]
    public async Task What_users_do_themselves_is_not_audited()
    {
        await using var temp = await open();
        var fence = await SetAsync(temp);
        var before = await temp.QueryAsync("SELECT * FROM audit");
        await temp.Rooms.AddMemberAsync(fence, new NewMember("carol", MemberRole.Member, 0, At));
        await temp.Rooms.RemoveMemberAsync(fence, "carol");
        await temp.Rooms.SetReadSeqAsync(fence, "bob", 1);
        Assert.Equal(before, await temp.QueryAsync("SELECT * FROM audit"));
    }

    [Fact]
    public async Task Pages_of_the_audit_join_without_hole_or_repeat_and_hold_one_room()
    {
        await using var temp = await open();
        var lobby = await SetAsync(temp);
        var dev = new RoomFence("dev", (await temp.CreateAsync("dev")).Epoch);
        for (var i = 1; i <= 20; i++)
        {
            await temp.Rooms.SetMutedAsync(lobby, "bob", At.AddDays(i + 10));
            await temp.Rooms.SetMutedAsync(dev, "alice", At.AddDays(i + 50), Record(Of("mute", "alice")) with { Room = "dev" });
        }

        var read = new List<AuditEntry>();
        AuditPage page;
        do
        {
            page = await temp.Reader.ListAuditAsync("lobby", read.Count > 0 ? read[^1].Id : 0, 6);
            read.AddRange(page.Entries);
        }
        while (page.More);
        Assert.Equal(22, read.Count);
        Assert.Equal(read.OrderBy(e => e.Id), read);
        Assert.Equal(Enumerable.Range(11, 20).Select(i => (DateTimeOffset?)At.AddDays(i)), read.Skip(2).Select(e => e.Until));
        Assert.Empty((await temp.Reader.ListAuditAsync("nowhere", 0, 10)).Entries);
    }

    [Fact]
    public async Task What_no_database_can_hold_is_refused_by_name()
    {
        await using var temp = await open();
        var fence = await SetAsync(temp);
        var before = await temp.DumpAsync();
        foreach (var text in new[] { "half \ud800", "half \udc00", "nothing \0" })
        {
            foreach (var (_, (entry, act)) in AllDeeds.Where(deed => !deed.Key.StartsWith("ban", StringComparison.Ordinal)))
            {
                await RefusedAsync("topic", () => act(temp.Rooms, fence, Record(entry) with { Detail = text }));
                await RefusedAsync("reason", () => act(temp.Rooms, fence, Record(entry) with { Reason = text }));
            }

            await RefusedAsync("reason", () => temp.Rooms.BanAsync(fence, new Ban("bob", At, "alice", At, text)));
            await RefusedAsync("name", () => temp.Rooms.EditAsync(new EditRequest(
                fence, Event(RoomEventKind.Topic, "tea") with { Name = text }, Record(Of("topic", null)))));
        }

        Assert.Equal(before, await temp.DumpAsync());

        static async Task RefusedAsync(string field, Func<Task> call)
        {
            var refused = await Assert.ThrowsAsync<ChatException>(call);
            Assert.Equal((ChatErrorCode.BadField, field), (refused.Code, refused.Field));
        }
    }

    private static async Task<RoomFence> SetAsync(TempStore temp)
    {
        var head = await temp.CreateAsync("lobby");
        var fence = new RoomFence("lobby", head.Epoch);
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi")));
        await temp.Rooms.AddMemberAsync(fence, new NewMember("bob", MemberRole.Member, 0, At));
        await temp.Rooms.SetMutedAsync(fence, "bob", At.AddDays(2));
        await temp.Rooms.BanAsync(fence, new Ban("mallory", At.AddDays(2), "alice", At));
        return fence;
    }

    private static AuditEntry Of(string action, string? user) => new(0, At, action, "alice", user, null, null, "why");

    private static AuditRecord Record(AuditEntry entry) =>
        new(entry.At, "lobby", entry.Action, entry.By, entry.User, entry.Until, entry.Detail, entry.Reason);

    private static RoomEvent Event(RoomEventKind kind, string text) => new(2, kind, "alice", "Alice", text, At, null, null, null);
}

public sealed class SqliteAuditTests() : AuditTests(SqliteTempStore.CreateAsync);

public sealed class PostgresAuditTests(SharedPostgres postgres) : AuditTests(postgres.CreateStoreAsync);
