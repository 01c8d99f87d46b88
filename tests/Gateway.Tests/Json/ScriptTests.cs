using System.Text;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

/// <summary>Names and texts in any script survive the round trip.</summary>
public sealed class ScriptTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Theory]
    [InlineData("小明")]
    [InlineData("हिन्दी")]
    [InlineData("مريم")]
    [InlineData("Владимир")]
    [InlineData("ผู้ใช้")]
    [InlineData("ñandú_1.x-y")]
    [InlineData("𠮷野家")]
    [InlineData("٤٢")]
    public async Task A_user_and_a_room_may_be_named_in_any_script(string name)
    {
        var (user, room) = (Names.New(name), Names.New(name + ".room"));
        await using var client = await ChatClient.ConnectAsync(_gateway.Json(user, "name=" + Uri.EscapeDataString($"{name} 😀")));
        Assert.Equal(user, client.Welcome.Text("user"));
        Assert.Equal(room, (await client.JoinAsync(room)).Text("room"));
        await client.SayAsync(room, name);
        var message = await client.MessageAsync(room);
        Assert.Equal((user, $"{name} 😀", name), (message.Text("from"), message.Text("name"), message.Text("text")));
        await using var other = await _gateway.ConnectAsync(Names.New("bob"));
        Assert.Equal([$"dm:{other.Welcome.Text("user")}", user], (await other.DoAsync(new { type = "send", to = user, text = "hi" }))
            .Text("room") is var direct && direct.StartsWith("dm:bob", StringComparison.Ordinal) ? [direct[..^(user.Length + 1)], user] : []);
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("_a")]
    [InlineData("a\u200Db")]
    [InlineData("a\u202Eb")]
    [InlineData("Ⅷ")]
    public async Task What_is_not_a_name_is_refused(string name)
    {
        await using var client = await ChatClient.OpenAsync(_gateway.Json(name));
        var goodbye = await client.TakeAsync("goodbye");
        Assert.Equal((1008, false), ((int)goodbye.Number("code"), goodbye.Flag("reconnect")));
        Assert.Equal(1008, (await client.ClosedAsync()).Code);
    }

    [Fact]
    public async Task An_accent_written_in_two_ways_is_one_user_and_one_room()
    {
        var (composed, room) = (Names.New("Am\u00E9lie"), Names.New("caf\u00E9"));
        var (decomposed, sameRoom) = (composed.Normalize(NormalizationForm.FormD), room.Normalize(NormalizationForm.FormD));
        Assert.NotEqual(composed, decomposed);
        await using var one = await _gateway.ConnectToAsync(composed, room);
        await using var other = await _gateway.ConnectToAsync(decomposed, sameRoom);
        Assert.Equal(composed, other.Welcome.Text("user"));
        Assert.Equal([room], other.Welcome.Items("rooms").Select(entry => entry.Text("room")));
        await other.SayAsync(sameRoom, "hi");
        Assert.Equal(composed, (await one.MessageAsync(room)).Text("from"));
        // The case of a letter is another matter: ids are compared exactly.
        await using var third = await _gateway.ConnectAsync(composed.ToUpperInvariant());
        Assert.Empty(third.Welcome.Items("rooms"));
    }

    [Theory]
    [InlineData("我能吞下玻璃而不伤身体")]
    [InlineData("أنا قادر على أكل الزجاج")]
    [InlineData("\u202Eright to left\u202C and שלום back")]
    [InlineData("👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇭")]
    [InlineData("e\u0301 stays as it was written, and so does \u00E9")]
    [InlineData("one\ntwo\r\nthree\ttabbed")]
    [InlineData("\u2028line\u2029paragraph\u0085next")]
    [InlineData("\"quoted\" 'single' \\ / \\u0041 \\n")]
    [InlineData("</script><img src=x onerror=alert(1)>&amp;")]
    [InlineData("\u0001\u001B[31m\u007F control\u009F")]
    [InlineData("\uFEFFbom \uFFFD \uFFFF \u200B")]
    [InlineData("   spaces kept   ")]
    [InlineData(" ")]
    [InlineData("'); DROP TABLE events; --")]
    public async Task A_text_comes_back_exactly_as_it_was_sent(string text)
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.DoAsync(new { type = "send", room, text, key = "k", data = new { text } });
        var live = await client.MessageAsync(room);
        var past = (await client.DoAsync(new { type = "history", room })).Items("messages").Single();
        foreach (var message in new[] { live, past })
        {
            Assert.Equal(text, message.Text("text"));
            Assert.Equal(text, message.GetProperty("data").Text("text"));
        }

        Assert.True((await client.DoAsync(new { type = "send", room, text, key = "k", data = new { text } })).Flag("duplicate"));
    }

    [Fact]
    public async Task What_cannot_be_stored_is_refused_and_nothing_around_it_is_lost()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        foreach (var text in new[] { "\\u0000", "a\\u0000", "\\ud800", "\\udc00", "x\\ud83dx" })
        {
            await client.TellAsync(new { type = "send", room, text = "before" });
            await client.SendAsync($$"""{"type":"send","room":"{{room}}","text":"{{text}}"}""");
            await client.TellAsync(new { type = "send", room, text = "after" });
            Assert.Equal(("bad_field", "text"), ((await client.TakeAsync("error")) is var error ? error.Text("code") : "", error.Text("field")));
        }

        for (var i = 1; i <= 10; i++) Assert.Equal(i % 2 == 1 ? "before" : "after", (await client.MessageAsync(room)).Text("text"));
    }
}
