using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Storage.Postgres;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

public abstract class AppendTests(Func<Task<TempStore>> open)
{
    [Fact]
    public async Task Seqs_are_dense_and_in_the_order_of_the_drafts()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        var first = await temp.AppendAsync(head, 0, [.. Drafts("a", 100)]);
        var second = await temp.AppendAsync(head, 100, [.. Drafts("b", 50)]);

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), first.Outcomes.Select(o => o.Seq));
        Assert.Equal(Enumerable.Range(101, 50).Select(i => (long)i), second.Outcomes.Select(o => o.Seq));
        Assert.Equal(first.Events.Concat(second.Events), await temp.LogAsync("lobby"));
        Assert.Equal(
            Drafts("a", 100).Concat(Drafts("b", 50)).Select(d => d.Draft.Text),
            (await temp.LogAsync("lobby")).Select(e => e.Text));
    }

    [Fact]
    public async Task A_key_sent_again_is_answered_with_the_first_seq_and_time_and_stored_once()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        var draft = TempStore.From("alice", new Draft("hi", "k1", ReplyTo: null, Data: """{"a":1}"""));
        var first = await temp.AppendAsync(head, 0, draft);
        await temp.AppendAsync(head, 1, TempStore.From("bob", TempStore.Text("between")));
        var again = await temp.Rooms.AppendAsync(
            new AppendRequest(new RoomFence("lobby", head.Epoch), 2, TempStore.At.AddHours(20), [draft]));

        Assert.Equal(first.Outcomes.Single() with { Duplicate = true }, again.Outcomes.Single());
        Assert.Empty(again.Events);
        Assert.Equal(2, (await temp.LogAsync("lobby")).Length);
    }

    [Fact]
    public async Task A_key_twice_in_one_batch_is_stored_once_and_leaves_no_hole()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        var result = await temp.AppendAsync(
            head,
            0,
            TempStore.From("alice", TempStore.Text("one", "k1")),
            TempStore.From("alice", TempStore.Text("one", "k1")),
            TempStore.From("alice", TempStore.Text("another", "k1")),
            TempStore.From("alice", TempStore.Text("two", "k2")));

        Assert.Equal([1L, 1, 0, 2], result.Outcomes.Select(o => o.Seq));
        Assert.Equal([false, true, false, false], result.Outcomes.Select(o => o.Duplicate));
        Assert.Equal([null, null, ChatErrorCode.KeyReused, null], result.Outcomes.Select(o => o.Refusal));
        Assert.Equal(["one", "two"], (await temp.LogAsync("lobby")).Select(e => e.Text));
    }

    public static TheoryData<string, string, long?, string?> OtherMessages => new()
    {
        { "text", "other", null, """{"a":1}""" },
        { "letter case", "TEXT", null, """{"a":1}""" },
        { "trailing blank", "text ", null, """{"a":1}""" },
        { "data", "text", null, """{"a":2}""" },
        { "no data", "text", null, null },
        { "reply", "text", 1, """{"a":1}""" },
    };

    [Theory]
    [MemberData(nameof(OtherMessages))]
    public async Task A_key_with_another_message_is_refused(string what, string text, long? replyTo, string? data)
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        await temp.AppendAsync(head, 0, TempStore.From("alice", new Draft("text", "k1", null, """{"a":1}""")));
        var result = await temp.AppendAsync(head, 1, TempStore.From("alice", new Draft(text, "k1", replyTo, data)));

        var outcome = result.Outcomes.Single();
        Assert.True(outcome.Refusal == ChatErrorCode.KeyReused, what);
        Assert.Equal((0, "key"), (outcome.Seq, outcome.Field));
        Assert.Single(await temp.LogAsync("lobby"));
    }

    [Fact]
    public async Task Keys_of_other_senders_and_other_rooms_are_other_keys()
    {
        await using var temp = await open();
        var lobby = await temp.CreateAsync("lobby");
        var dev = await temp.CreateAsync("dev");
        await temp.AppendAsync(lobby, 0, TempStore.From("alice", TempStore.Text("from alice", "k")));
        var bob = await temp.AppendAsync(lobby, 1, TempStore.From("bob", TempStore.Text("from bob", "k")));
        var elsewhere = await temp.AppendAsync(dev, 0, TempStore.From("alice", TempStore.Text("elsewhere", "k")));

        Assert.Equal((2, false), (bob.Outcomes.Single().Seq, bob.Outcomes.Single().Duplicate));
        Assert.Equal((1, false), (elsewhere.Outcomes.Single().Seq, elsewhere.Outcomes.Single().Duplicate));
    }

    [Fact]
    public async Task A_key_outlives_the_activation_that_took_it()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        await temp.AppendAsync(head, 0, TempStore.From("alice", TempStore.Text("hi", "k1")));
        await temp.ReopenAsync();
        var next = (await temp.Rooms.OpenAsync("lobby"))!;
        var again = await temp.AppendAsync(next, 1, TempStore.From("alice", TempStore.Text("hi", "k1")));
        Assert.Equal((1, true), (again.Outcomes.Single().Seq, again.Outcomes.Single().Duplicate));
    }

    [Fact]
    public async Task The_same_text_without_a_key_is_another_message_each_time()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        var hi = TempStore.From("alice", TempStore.Text("hi"));
        Assert.Equal([1L, 2, 3], (await temp.AppendAsync(head, 0, hi, hi, hi)).Outcomes.Select(o => o.Seq));
    }

    [Fact]
    public async Task The_time_of_the_newest_event_is_kept_for_the_next_activation()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        Assert.Equal(TempStore.At, (await temp.Rooms.OpenAsync("lobby"))!.LastAt);
        var opened = (await temp.Rooms.OpenAsync("lobby"))!;
        var later = TempStore.At.AddMilliseconds(86_400_123);
        await temp.Rooms.AppendAsync(new AppendRequest(
            new RoomFence("lobby", opened.Epoch), head.LastSeq, later, [TempStore.From("alice", TempStore.Text("hi"))]));
        Assert.Equal(later, (await temp.Rooms.OpenAsync("lobby"))!.LastAt);
        Assert.Equal(later, (await temp.LogAsync("lobby")).Single().At);
    }

    public static TheoryData<string> Texts =>
    [
        "",
        " leading and trailing ",
        "'single' \"double\" `back` \\ -- ; DROP TABLE events; /* */ %_?$1:@",
        "line\nline\r\nline\ttab\u0001\u001f\u007f",
        "ÅÄÖ åäö ß ñ é (one code point) é (two)",
        "Ελληνικά, русский, українська, қазақша",
        "עברית العربية فارسی اردو \u200f\u202eright to left\u202c",
        "हिन्दी বাংলা தமிழ் తెలుగు ไทย ລາວ မြန်မာ ខ្មែរ አማርኛ ᏣᎳᎩ",
        "中文 日本語 한국어 𠮷野家 𩸽",
        "👍 👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🇺🇦 ☕️ e\u0301\u0302\u0303",
        "\ufeffzero\u200bwidth\u2060joiners and \ufffd",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Texts_of_every_script_survive_to_the_last_code_unit(string text)
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("小明", "ゆき", topic: text);
        var draft = new Draft(text, "ключ-🔑", null, $$"""{"text":"{{Uri.EscapeDataString(text)}}"}""");
        await temp.Rooms.AppendAsync(new AppendRequest(
            new RoomFence("小明", head.Epoch), 0, TempStore.At, [new SenderDraft("ゆき", text, draft)]));
        await temp.ReopenAsync();

        var stored = (await temp.LogAsync("小明")).Single();
        Assert.Equal(
            new RoomEvent(1, RoomEventKind.Message, "ゆき", text, text, TempStore.At, "ключ-🔑", null, draft.Data), stored);
        Assert.Equal(text, (await temp.Rooms.OpenAsync("小明"))!.Topic);
    }

    [Fact]
    public async Task What_no_database_can_hold_is_refused_by_name_and_nothing_else_with_it()
    {
        await using var temp = await open();
        foreach (var text in new[] { "\0", "before \0 after", "\ud800", "\udc00\ud800", "ends with \ud83d", "\U0001f44d\udc4d" })
        {
            var room = Guid.NewGuid().ToString("N");
            var head = await temp.CreateAsync(room);
            var result = await temp.AppendAsync(
                head,
                0,
                TempStore.From("alice", TempStore.Text("first", "k1")),
                TempStore.From("alice", TempStore.Text(text, "k2")),
                TempStore.From("alice", TempStore.Text("key", text)),
                TempStore.From("alice", new Draft("data", null, null, text)),
                new SenderDraft("alice", text, TempStore.Text("name")),
                TempStore.From("alice", TempStore.Text("last \U0001f44d", "k3")));

            Assert.Equal([null, "text", "key", "data", "name", null], result.Outcomes.Select(o => o.Field));
            Assert.All(result.Outcomes.Where(o => o.Field is not null), o => Assert.Equal(ChatErrorCode.BadField, o.Refusal));
            Assert.Equal(["first", "last \U0001f44d"], (await temp.LogAsync(room)).Select(e => e.Text));
            var topic = await Assert.ThrowsAsync<ChatException>(() => temp.CreateAsync("other", topic: text));
            Assert.Equal((ChatErrorCode.BadField, "topic"), (topic.Code, topic.Field));
            var name = await Assert.ThrowsAsync<ChatException>(() => temp.Users.SetNameAsync("alice", text, TempStore.At));
            Assert.Equal((ChatErrorCode.BadField, "name"), (name.Code, name.Field));
        }
    }

    [Fact]
    public async Task Long_texts_survive()
    {
        await using var temp = await open();
        var head = await temp.CreateAsync("lobby");
        string[] texts = [new('x', 8_192), string.Concat(Enumerable.Repeat("👍", 2_048)), new('"', 8_192), new('世', 2_730)];
        await temp.AppendAsync(head, 0, [.. texts.Select(t => TempStore.From("alice", TempStore.Text(t)))]);
        Assert.Equal(texts, (await temp.LogAsync("lobby")).Select(e => e.Text));
    }

    private static IEnumerable<SenderDraft> Drafts(string sender, int count) =>
        Enumerable.Range(0, count).Select(i => TempStore.From(sender, TempStore.Text($"{sender}{i}")));
}

public sealed class SqliteAppendTests() : AppendTests(SqliteTempStore.CreateAsync);

public sealed class PostgresAppendTests(SharedPostgres postgres) : AppendTests(postgres.CreateStoreAsync);
