using OrleansChat.Browser.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

public sealed class NameTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task The_page_makes_of_a_name_the_id_that_the_servers_rule_allows()
    {
        (string Name, string Id)[] all =
        [
            ("alice", "alice"), ("Alice Lindqvist", "Alice-Lindqvist"), ("  two   words ", "two-words"), ("小明", "小明"),
            ("-dash-", "dash"), (".dot.", "dot."), ("_low_", "low_"), ("a:b", "ab"), ("O'Hara", "OHara"), ("<b>", "b"),
            // Combining marks stay, but not in front, and not those that enclose.
            ("हिन्दी", "हिन्दी"), ("ภาษาไทย", "ภาษาไทย"), ("தமிழ்", "தமிழ்"), ("\u0301first", "first"), ("a\u20dd", "a"),
            // Digits of any script stay; numbers that are no digits do not.
            ("\u0664\u0662", "\u0664\u0662"), ("x\u00b2", "x"), ("\u2167", ""), ("\u00bdhalf", "half"),
            // NFC, also of what comes together once something between is gone.
            ("e\u0301va", "\u00e9va"), ("e!\u0301va", "\u00e9va"),
            ("🙂 smile", "smile"), ("a🙂b", "ab"), ("𐐷eseret", "𐐷eseret"), ("a\u200db", "ab"), ("!!!", ""),
            ("root\ufe0f", "root"), ("al\u034fice", "alice"), ("\u3164", ""), ("x\u3164y\U000e0101", "xy"),
            (new string('x', 80), new string('x', ChatId.MaxLength)), (new string('字', 80), new string('字', ChatId.MaxLength)),
        ];
        var nobody = await ComeAsync("nobody");
        var ids = await nobody.Page.EvaluateAsync<string[]>(
            "async (names) => { const { toId } = await import('/app/ids.js'); return names.map(toId); }",
            all.Select(one => one.Name).ToArray());
        Assert.Equal(all.Select(one => one.Id), ids);
        foreach (var id in ids.Where(id => id != ""))
        {
            Assert.True(ChatId.TryParse(id, out var parsed), id);
            Assert.Equal(parsed, id);
        }
    }

    [Fact]
    public async Task What_the_browsers_unicode_says_cannot_be_seen_is_in_no_id()
    {
        var nobody = await ComeAsync("nobody");
        var invisible = await nobody.Page.EvaluateAsync<int[]>(
            """
            () => Array.from({ length: 0x110000 }, (_, value) => value)
              .filter((value) => /^\p{Default_Ignorable_Code_Point}$/u.test(String.fromCodePoint(value)))
            """);
        Assert.True(invisible.Length > 4000, "the browser knows the property");
        var known = invisible.ToHashSet();
        var otherwise = Enumerable.Range(0, 0x110000).Where(value => value is < 0xd800 or > 0xdfff).Where(value =>
            ChatId.Explain("a" + char.ConvertFromUtf32(value)).StartsWith("has U+", StringComparison.Ordinal) != known.Contains(value)).ToArray();
        Assert.Empty(otherwise);
    }

    [Fact]
    public async Task A_name_with_combining_marks_is_the_users_id_as_it_is_written()
    {
        var meera = await JoinAsync("मीरा");
        await meera.SendAsync("नमस्ते");
        await meera.SeesAsync("नमस्ते");
        Assert.Equal("1 मीरा: नमस्ते", Assert.Single(await meera.LinesAsync()));
        await Expect(meera.Listed("मीरा")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_name_of_nothing_that_an_id_can_hold_is_refused_with_a_word()
    {
        var nobody = await ComeAsync("nobody");
        await nobody.Page.GetByTestId("name-input").FillAsync("!!!");
        await nobody.Page.GetByTestId("name-submit").ClickAsync();
        await Expect(nobody.Page.Locator("#name-error")).ToHaveTextAsync("A name needs at least one letter or digit.");
        await nobody.PictureAsync("sign-in");
    }
}
