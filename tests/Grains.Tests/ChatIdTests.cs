using System.Text;

namespace OrleansChat.Grains.Tests;

public sealed class ChatIdTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("小明")]
    [InlineData("हिन्दी")]
    [InlineData("สมชาย")]
    [InlineData("محمد")]
    [InlineData("7of9")]
    [InlineData("a.b-c_d")]
    [InlineData("𠮷野家")]
    public void Letters_digits_and_marks_of_any_script_make_an_id(string text)
    {
        Assert.True(ChatId.TryParse(text, out var id));
        Assert.Equal(text, id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" alice")]
    [InlineData("al ice")]
    [InlineData(".alice")]
    [InlineData("-alice")]
    [InlineData("\u0301a")]
    [InlineData("a:b")]
    [InlineData("dm:a:b")]
    [InlineData("🙂")]
    [InlineData("a🙂")]
    [InlineData("a\u202Eb")]
    [InlineData("a\u200Bb")]
    [InlineData("a\0")]
    [InlineData("a/b")]
    public void Anything_else_does_not(string? text) => Assert.False(ChatId.TryParse(text, out _));

    [Theory]
    [InlineData("alice\u034f", "U+034F")]
    [InlineData("al\u115fice", "U+115F")]
    [InlineData("alice\u1160", "U+1160")]
    [InlineData("alice\u17b4", "U+17B4")]
    [InlineData("alice\u17b5", "U+17B5")]
    [InlineData("a\u180blice", "U+180B")]
    [InlineData("a\u180flice", "U+180F")]
    [InlineData("\u3164", "U+3164")]
    [InlineData("alice\ufe00", "U+FE00")]
    [InlineData("root\ufe0f", "U+FE0F")]
    [InlineData("\uffa0", "U+FFA0")]
    [InlineData("alice\U000e0100", "U+E0100")]
    [InlineData("alice\U000e01ef", "U+E01EF")]
    [InlineData("\u200balice", "U+200B")]
    [InlineData("al\u00adice", "U+00AD")]
    public void What_cannot_be_seen_makes_no_id_and_is_named(string text, string invisible)
    {
        Assert.False(ChatId.TryParse(text, out _));
        Assert.False(ChatId.TryParseRoom($"dm:bob:{text}", out _));
        Assert.Equal($"has {invisible} in it, a character that cannot be seen", ChatId.Explain(text));
    }

    [Theory]
    [InlineData("alice\u034e")]
    [InlineData("alice\u0350")]
    [InlineData("\u115e")]
    [InlineData("\u1161")]
    [InlineData("\u17b3")]
    [InlineData("\u1780\u17b6")]
    [InlineData("\u3163")]
    [InlineData("\u3165")]
    [InlineData("\uff9f")]
    [InlineData("\uffa1")]
    public void Their_neighbours_can_be_seen(string text) => Assert.True(ChatId.TryParse(text, out _));

    [Fact]
    public void No_other_form_of_an_id_brings_in_what_cannot_be_seen()
    {
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (Rune.IsValid(value) && ChatId.TryParse($"a{new Rune(value)}", out var id))
                Assert.DoesNotContain("cannot be seen", ChatId.Explain(ChatId.Fold(id)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("alice", "Alice")]
    [InlineData("alice", "ａｌｉｃｅ")]
    [InlineData("ﬁn", "FIN")]
    [InlineData("σίσυφος", "ΣΊΣΥΦΟΣ")]
    [InlineData("k", "\u212A")]
    [InlineData("s", "ſ")]
    public void Ids_that_differ_in_case_or_compatibility_form_alone_fold_into_one(string one, string other) =>
        Assert.Equal(ChatId.Fold(one), ChatId.Fold(other));

    [Theory]
    [InlineData("alice", "alíce")]
    [InlineData("小明", "小紅")]
    [InlineData("a.b", "ab")]
    public void Others_do_not(string one, string other) => Assert.NotEqual(ChatId.Fold(one), ChatId.Fold(other));

    [Fact]
    public void What_is_no_character_is_no_id()
    {
        foreach (var text in new[] { "a\ud800", "\udc00a", "a\ufffe", "a\uffff" }) Assert.False(ChatId.TryParse(text, out _));
    }

    [Fact]
    public void Sixty_four_characters_are_an_id_and_one_more_is_not()
    {
        Assert.True(ChatId.TryParse(string.Concat(Enumerable.Repeat("𠮷", 64)), out _));
        Assert.False(ChatId.TryParse(string.Concat(Enumerable.Repeat("𠮷", 65)), out _));
        Assert.False(ChatId.TryParse(new string('a', 1_000_000), out _));
    }

    [Fact]
    public void Composed_and_decomposed_are_the_same_and_cases_are_not()
    {
        Assert.True(ChatId.TryParse("Rene\u0301", out var decomposed));
        Assert.Equal("Ren\u00e9", decomposed);
        Assert.True(ChatId.TryParse("ren\u00e9", out var lower));
        Assert.NotEqual(decomposed, lower);
    }

    [Fact]
    public void A_direct_room_is_the_same_from_both_sides()
    {
        Assert.Equal("dm:alice:bob", ChatId.DirectRoom("alice", "bob"));
        Assert.Equal("dm:alice:bob", ChatId.DirectRoom("bob", "alice"));
        Assert.True(ChatId.TryParseRoom("dm:bob:alice", out var room));
        Assert.Equal("dm:alice:bob", room);
        Assert.True(ChatId.IsDirect(room, out var one, out var other));
        Assert.Equal(("alice", "bob"), (one, other));
        // Ordinal, as the wire has it: capitals come first.
        Assert.Equal("dm:Zoe:adam", ChatId.DirectRoom("adam", "Zoe"));
    }

    [Theory]
    [InlineData("dm:")]
    [InlineData("dm:alice")]
    [InlineData("dm:alice:")]
    [InlineData("dm::bob")]
    [InlineData("dm:alice:bob:carol")]
    [InlineData("DM:alice:bob")]
    public void Half_a_direct_room_is_none(string text) => Assert.False(ChatId.TryParseRoom(text, out _));
}
