using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

public sealed class ChatTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task Two_people_chat_both_ways()
    {
        var alice = await JoinAsync("Alice");
        var ming = await JoinAsync("小明");
        await alice.SendAsync("Hello 小明!");
        await ming.SeesAsync("Hello 小明!");
        await ming.SendAsync("你好，Alice 👋🏽");
        await alice.SeesAsync("Hello 小明!", "你好，Alice 👋🏽");
        await alice.SendAsync("مرحبا, नमस्ते, שלום");
        await ming.SeesAsync("Hello 小明!", "你好，Alice 👋🏽", "مرحبا, नमस्ते, שלום");
        await ming.SendAsync("👩‍👩‍👧‍👦 <3 & \"quotes\"");

        string[] all = ["Hello 小明!", "你好，Alice 👋🏽", "مرحبا, नमस्ते, שלום", "👩‍👩‍👧‍👦 <3 & \"quotes\""];
        await alice.SeesAsync(all);
        await ming.SeesAsync(all);
        Assert.Equal(Enumerable.Range(1, 4), await alice.SeqsAsync());
        Assert.Equal(await alice.LinesAsync(), await ming.LinesAsync());
        Assert.Equal("2 小明: 你好，Alice 👋🏽", (await alice.LinesAsync())[1]);
        await alice.PictureAsync("chat-alice");
        await ming.PictureAsync("chat-小明");
    }

    [Fact]
    public async Task Shift_and_Enter_begin_a_new_line_and_the_text_keeps_its_lines()
    {
        var alice = await JoinAsync("alice");
        await alice.Composer.FillAsync("one");
        await alice.Composer.PressAsync("Shift+Enter");
        await alice.Composer.PressSequentiallyAsync("  two");
        await alice.Composer.PressAsync("Enter");
        await Expect(alice.Texts).ToHaveCountAsync(1);
        Assert.Equal("one\n  two", await alice.Texts.InnerTextAsync());
    }

    [Fact]
    public async Task A_reload_keeps_the_history_the_room_and_the_name()
    {
        var alice = await JoinAsync("Alice L.");
        var bob = await JoinAsync("bob");
        await alice.SendAsync("first", "second");
        await bob.SeesAsync("first", "second");
        await bob.SendAsync("third");
        await alice.SeesAsync("first", "second", "third");
        var lines = await alice.LinesAsync();

        await alice.Page.ReloadAsync();
        await alice.SeesAsync("first", "second", "third");
        Assert.Equal(lines, await alice.LinesAsync());
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await Expect(alice.Page.Locator("#me")).ToContainTextAsync("Alice L.");

        await alice.SendAsync("fourth");
        await bob.SeesAsync("first", "second", "third", "fourth");
        await alice.SeesAsync("first", "second", "third", "fourth");
        await alice.PictureAsync("reload");
    }

    [Fact]
    public async Task A_message_that_was_stored_while_its_acknowledgement_was_lost_is_shown_once_and_in_its_place()
    {
        var alice = await JoinAsync("alice");
        await using var terminal = await Terminal.ConnectAsync(Server, "alice");
        await terminal.AskAsync(new() { ["type"] = "send", ["room"] = "lobby", ["text"] = "stored", ["key"] = "k1" });
        // More than a page of history, so that its place is out of sight.
        await terminal.SayAsync("lobby", [.. Enumerable.Range(2, 79).Select(n => $"message {n}")]);
        await Expect(alice.Page.Locator("#entries [data-seq='80']")).ToBeVisibleAsync();

        // What the page leaves behind when it is reloaded before the acknowledgement comes.
        await alice.Page.EvaluateAsync(
            """
            () => sessionStorage.setItem('chat.outbox:alice:k1', JSON.stringify({
              message: { room: 'lobby', text: 'stored', key: 'k1', queuedAt: Date.now() }, order: 1,
            }))
            """);
        await alice.Page.ReloadAsync();
        await Expect(alice.Page.Locator("#entries [data-seq='80']")).ToBeVisibleAsync();
        await Expect(alice.Page.Locator("#pending .message")).ToHaveCountAsync(0);
        await alice.Page.WaitForFunctionAsync("() => sessionStorage.getItem('chat.outbox:alice:k1') === null");
        await Expect(alice.Page.Locator("#pending .message")).ToHaveCountAsync(0);
        await alice.SendAsync("next");
        await Expect(alice.Page.Locator("#entries [data-seq='81']")).ToContainTextAsync("next");
    }

    [Fact]
    public async Task What_is_unread_is_counted_in_the_list_and_the_title_until_it_is_read()
    {
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob", "dev");
        await alice.Page.GotoAsync("/?room=dev");
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await alice.OpenAsync("lobby");
        await Expect(alice.Page).ToHaveTitleAsync("lobby · OrleansChat");

        await bob.SendAsync("one", "two", "three");
        await Expect(alice.Unread("dev")).ToHaveTextAsync("3");
        await Expect(alice.Page).ToHaveTitleAsync("(3) lobby · OrleansChat");
        await alice.PictureAsync("unread");

        // They survive a reload: the server counts.
        await alice.Page.ReloadAsync();
        await Expect(alice.Unread("dev")).ToHaveTextAsync("3");

        await alice.OpenAsync("dev");
        await alice.SeesAsync("one", "two", "three");
        await Expect(alice.Unread("dev")).ToHaveCountAsync(0);
        await Expect(alice.Page).ToHaveTitleAsync("dev · OrleansChat");
        await Expect(alice.Page.Locator(".unread-divider")).ToHaveTextAsync("New");

        // What comes while one looks is read, and so it stays on any other device.
        await bob.SendAsync("four");
        await alice.SeesAsync("one", "two", "three", "four");
        await using var terminal = await Terminal.ConnectAsync(Server, "alice");
        await terminal.UntilReadAsync("dev", 4);
        await alice.OpenAsync("lobby");
        await Expect(alice.Page).ToHaveTitleAsync("lobby · OrleansChat");
    }

    [Fact]
    public async Task Typing_is_shown_to_the_others_until_the_message_comes()
    {
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob");
        await Expect(alice.OnlineCount).ToHaveTextAsync("2 online");
        foreach (var person in new[] { alice, bob }) await person.WatchTypingAsync();
        await bob.Composer.PressSequentiallyAsync("hm");
        await alice.ReadsOfTypingAsync("bob is typing…");
        await alice.PictureAsync("typing");

        // By itself it would end after five seconds; the message ends it at once.
        await alice.Page.EvaluateAsync(
            """
            () => {
              const note = () => { window.typingAtArrival ??= document.getElementById('typing').textContent; };
              new MutationObserver(note).observe(document.getElementById('entries'), { childList: true });
            }
            """);
        await bob.Composer.PressAsync("Enter");
        await alice.SeesAsync("hm");
        Assert.Equal("", await alice.Page.EvaluateAsync<string>("() => window.typingAtArrival"));
        // One's own comes to nobody but the others: it would have come before the message.
        await bob.SeesAsync("hm");
        Assert.Empty(await bob.TypedAsync());
    }

    [Fact]
    public async Task Typing_that_leads_to_nothing_ends_by_itself()
    {
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob");
        await Expect(alice.OnlineCount).ToHaveTextAsync("2 online");
        await alice.WatchTypingAsync();
        await bob.Composer.PressSequentiallyAsync("h");
        await alice.ReadsOfTypingAsync("bob is typing…");
        await Expect(alice.Typing).ToHaveTextAsync("");
    }

    [Fact]
    public async Task Who_is_online_is_shown_as_people_come_and_go()
    {
        var alice = await JoinAsync("alice");
        await Expect(alice.OnlineCount).ToHaveTextAsync("1 online");
        var bob = await JoinAsync("bob");
        await Expect(alice.OnlineCount).ToHaveTextAsync("2 online");
        await Expect(alice.Listed("bob")).ToHaveAttributeAsync("data-online", "true");
        await Expect(bob.Listed("alice")).ToHaveAttributeAsync("data-online", "true");

        await bob.Page.CloseAsync();
        await Expect(alice.OnlineCount).ToHaveTextAsync("1 online");
        await Expect(alice.Listed("bob")).ToHaveAttributeAsync("data-online", "false");
        await alice.PictureAsync("presence");

        await JoinAsync("bob");
        await Expect(alice.OnlineCount).ToHaveTextAsync("2 online");
        await Expect(alice.Listed("bob")).ToHaveAttributeAsync("data-online", "true");
    }
}
