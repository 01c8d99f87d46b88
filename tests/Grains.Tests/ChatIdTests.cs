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
    public void Half_a_surrogate_pair_is_no_id() => Assert.False(ChatId.TryParse("a\ud800", out _));

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
