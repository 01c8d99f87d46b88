using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

public abstract class ListingTests(Func<Task<TempStore>> open)
{
    [Fact]
    public async Task A_user_sees_public_rooms_and_their_own_in_the_order_of_the_ids()
    {
        await using var temp = await open();
        await temp.CreateAsync("b-public", "alice");
        await temp.CreateAsync("c-private-of-alice", "alice", RoomKind.Private);
        await temp.CreateAsync("a-private-of-bob", "bob", RoomKind.Private);
        await temp.CreateAsync("dm:alice:bob", "alice", RoomKind.Direct);
        await temp.CreateAsync("dm:bob:carol", "bob", RoomKind.Direct);

        Assert.Equal(["b-public", "c-private-of-alice", "dm:alice:bob"], await NamesAsync(temp, "alice"));
        Assert.Equal(["a-private-of-bob", "b-public", "dm:bob:carol"], await NamesAsync(temp, "bob"));
        Assert.Equal(["b-public"], await NamesAsync(temp, "nobody"));
    }

    [Theory]
    [InlineData("%", new[] { "r3" })]
    [InlineData("_", new[] { "a_b", "r4" })]
    [InlineData("\\", new[] { "r5" })]
    [InlineData("a_b", new[] { "a_b" })]
    [InlineData("100%", new[] { "r3" })]
    [InlineData("TEA", new[] { "r1", "tea-room" })]
    [InlineData("Tea-R", new[] { "tea-room" })]
    [InlineData("茶", new[] { "r2" })]
    [InlineData("ЧАЙ", new[] { "r7" })]
    [InlineData("thé", new[] { "r8" })]
    [InlineData("'", new[] { "r6" })]
    [InlineData("ΣΟΦΌΣ", new[] { "r9" })]
    [InlineData("σοφός", new[] { "r9" })]
    [InlineData("СЪЕШЬ", new[] { "съешь-ещё" })]
    [InlineData("𐐨", new[] { "ra" })]
    [InlineData("nothing like it", new string[0])]
    public async Task A_query_is_a_part_of_the_id_or_topic_and_never_a_pattern(string query, string[] found)
    {
        await using var temp = await open();
        await temp.CreateAsync("a_b");
        await temp.CreateAsync("axb");
        await temp.CreateAsync("tea-room");
        await temp.CreateAsync("r1", topic: "About Tea");
        await temp.CreateAsync("r2", topic: "お茶");
        await temp.CreateAsync("r3", topic: "100% right");
        await temp.CreateAsync("r4", topic: "snake_case");
        await temp.CreateAsync("r5", topic: "back\\slash");
        await temp.CreateAsync("r6", topic: "it's");
        await temp.CreateAsync("r7", topic: "про чай");
        await temp.CreateAsync("r8", topic: "du THÉ");
        await temp.CreateAsync("r9", topic: "ο Σοφός");
        await temp.CreateAsync("ra", topic: "Deseret: 𐐀");
        await temp.CreateAsync("съешь-ещё");
        Assert.Equal(found, (await temp.Reader.ListRoomsAsync("alice", query, null, 100)).Rooms.Select(r => r.Room));
    }

    [Fact]
    public async Task Ids_are_compared_exactly_and_ordered_by_their_characters_numbers()
    {
        await using var temp = await open();
        // Composed and decomposed, cases, half and full width: all of them different, and a database's own rules would
        // put them elsewhere. (What is beyond U+FFFF comes last, by its number and not by its surrogates.)
        string[] ids = ["Z", "a", "a.b", "ab", "e\u0301", "é", "я", "中", "ｅ", "\U00020bb7"];
        foreach (var id in ids.Reverse()) await temp.CreateAsync(id, id);
        Assert.Equal(ids, await NamesAsync(temp, "nobody"));
        foreach (var id in ids)
        {
            Assert.Equal([id], (await temp.Reader.ListRoomsOfAsync(id)).Select(r => r.Room));
            var next = (await temp.Reader.ListRoomsAsync("nobody", null, id, 1)).Rooms.Select(r => r.Room);
            Assert.Equal(ids.SkipWhile(other => other != id).Skip(1).Take(1), next);
        }
    }

    [Fact]
    public async Task A_query_does_not_find_other_peoples_private_rooms()
    {
        await using var temp = await open();
        await temp.CreateAsync("secret", "alice", RoomKind.Private, "about tea");
        Assert.Empty((await temp.Reader.ListRoomsAsync("bob", "secret", null, 10)).Rooms);
        Assert.Empty((await temp.Reader.ListRoomsAsync("bob", "tea", null, 10)).Rooms);
        Assert.Single((await temp.Reader.ListRoomsAsync("alice", "tea", null, 10)).Rooms);
    }

    [Fact]
    public async Task Pages_of_rooms_join_without_hole_or_repeat()
    {
        await using var temp = await open();
        for (var i = 0; i < 25; i++) await temp.CreateAsync($"room{i:00}");
        var names = new List<string>();
        RoomListing page;
        do
        {
            page = await temp.Reader.ListRoomsAsync("alice", null, names.Count > 0 ? names[^1] : null, 10);
            names.AddRange(page.Rooms.Select(r => r.Room));
        }
        while (page.More);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"room{i:00}"), names);
        Assert.False((await temp.Reader.ListRoomsAsync("alice", null, null, 25)).More);
    }

    [Fact]
    public async Task A_listing_tells_of_a_room_and_of_ones_place_in_it()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby", "alice", topic: "talk");
        var fence = new RoomFence("lobby", head.Epoch);
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("1")), TempStore.From("alice", TempStore.Text("2")));
        await temp.Rooms.AddMemberAsync(fence, new NewMember("bob", MemberRole.Member, 1, TempStore.At));

        Assert.Equal(
            new ListedRoom("lobby", RoomKind.Public, "talk", 2, 2, MemberRole.Member, 1),
            (await temp.Reader.ListRoomsAsync("bob", null, null, 10)).Rooms.Single());
        Assert.Equal(
            new ListedRoom("lobby", RoomKind.Public, "talk", 2, 2, null, 0),
            (await temp.Reader.ListRoomsAsync("carol", null, null, 10)).Rooms.Single());
        Assert.Equal([new RoomEntry("lobby", RoomKind.Public, MemberRole.Owner, 2, 0)], await temp.Reader.ListRoomsOfAsync("alice"));
        Assert.Empty(await temp.Reader.ListRoomsOfAsync("carol"));
    }

    [Fact]
    public async Task Pages_of_members_join_without_hole_or_repeat_and_name_them()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby", "alice");
        for (var i = 0; i < 10; i++)
        {
            await temp.Rooms.AddMemberAsync(
                new RoomFence("lobby", head.Epoch), new NewMember($"user{i}", MemberRole.Member, 0, TempStore.At));
        }

        await temp.Users.SetNameAsync("user3", "Три", TempStore.At);
        var first = await temp.Reader.ListMembersAsync("lobby", null, 6);
        var second = await temp.Reader.ListMembersAsync("lobby", first.Members[^1].User, 6);
        Assert.True(first.More);
        Assert.False(second.More);
        var all = first.Members.Concat(second.Members).ToList();
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"user{i}").Prepend("alice"), all.Select(m => m.User));
        Assert.Equal(new MemberEntry("alice", null, MemberRole.Owner, false), all[0]);
        Assert.Equal(new MemberEntry("user3", "Три", MemberRole.Member, false), all[4]);
    }

    [Fact]
    public async Task A_list_within_some_rooms_has_those_alone_and_none_that_may_not_be_seen()
    {
        await using var temp = await open();
        foreach (var room in new[] { "a", "b", "it's \"odd\"" }) await temp.CreateAsync(room, "bob");
        await temp.CreateAsync("secret", "bob", RoomKind.Private);
        await temp.CreateAsync("dm:bob:carol", "bob", RoomKind.Direct);
        Assert.Equal(["b", "it's \"odd\""], await WithinAsync(null, "b", "it's \"odd\"", "secret", "dm:bob:carol", "never"));
        Assert.Equal(["it's \"odd\""], await WithinAsync("b", "b", "it's \"odd\""));
        Assert.Empty(await WithinAsync(null));

        async Task<string[]> WithinAsync(string? after, params string[] rooms) =>
            [.. (await temp.Reader.ListRoomsAsync(new Actor("alice"), query: null, after, limit: 10, [.. rooms])).Rooms.Select(r => r.Room)];
    }

    private static async Task<string[]> NamesAsync(TempStore temp, string user) =>
        [.. (await temp.Reader.ListRoomsAsync(user, null, null, 100)).Rooms.Select(r => r.Room)];
}

public sealed class SqliteListingTests() : ListingTests(SqliteTempStore.CreateAsync);

public sealed class PostgresListingTests(SharedPostgres postgres) : ListingTests(postgres.CreateStoreAsync);
