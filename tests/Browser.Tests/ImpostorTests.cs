using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>Anybody can take anybody's display name. Where somebody is named it shows who it is.</summary>
public sealed class ImpostorTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task Who_takes_somebody_s_name_is_told_apart_among_the_people_and_in_what_is_done_about_them()
    {
        var (olga, bob, mallory) = await MeetAsync();
        await using var one = bob;
        await using var other = mallory;
        foreach (var user in new[] { "bob", "mallory" })
        {
            await Expect(olga.Listed(user)).ToHaveAccessibleNameAsync($"Bob @{user}");
            await Expect(olga.Listed(user)).ToHaveAttributeAsync("title", $"Message Bob (@{user})");
            await Expect(olga.Listed(user).Locator(".handle")).ToBeVisibleAsync();
            await Expect(olga.MenuOf(user)).ToHaveAccessibleNameAsync($"More about Bob (@{user})");
            (string Choice, string Title)[] all =
            [
                ("Make moderator", $"Make Bob (@{user}) a moderator?"), ("Make owner", $"Make Bob (@{user}) an owner?"),
                ("Mute…", $"Mute Bob (@{user})?"), ("Remove…", $"Remove Bob (@{user})?"), ("Ban…", $"Ban Bob (@{user})?"),
            ];
            foreach (var (choice, title) in all)
            {
                await olga.ChooseAsync(user, choice);
                await Expect(olga.Page.GetByRole(AriaRole.Dialog, new() { Name = title, Exact = true })).ToBeVisibleAsync();
                if (choice == "Ban…") await olga.PictureAsync($"impostor-ban-{user}");
                await olga.Page.Keyboard.PressAsync("Escape");
            }
        }
    }

    [Fact]
    public async Task Who_takes_somebody_s_name_is_told_apart_in_the_conversation()
    {
        var (olga, bob, mallory) = await MeetAsync();
        await using var one = bob;
        await using var other = mallory;
        await using var owner = await Terminal.ConnectAsync(Server, "olga");
        await olga.WatchTypingAsync();
        foreach (var (user, terminal) in new[] { ("bob", bob), ("mallory", mallory) })
        {
            await terminal.TypeAsync("dev");
            await olga.ReadsOfTypingAsync($"Bob (@{user}) is typing…");
            // What is said ends the typing.
            await terminal.SayAsync("dev", $"This is {user}", "indeed");
            await Expect(olga.Typing).ToHaveTextAsync("");
            await owner.GiveRoleAsync("dev", user, "moderator");
            await terminal.SetTopicAsync("dev", $"A topic of {user}");
            await Expect(olga.Happenings.Last).ToContainTextAsync($"Bob (@{user}) set the topic to “A topic of {user}”");
        }

        await Expect(olga.Page.Locator(".message header .handle")).ToHaveTextAsync(["@bob", "@mallory"]);
        await Expect(olga.Page.Locator(".message button.author")).ToHaveCountAsync(2);
        await Expect(olga.Page.Locator(".message button.author").Last).ToHaveAttributeAsync("title", "Message Bob (@mallory)");
        await Expect(olga.Page.Locator(".message.grouped .visually-hidden")).ToHaveTextAsync(["Bob (@bob):", "Bob (@mallory):"]);
        await olga.PictureAsync("impostor-conversation");
    }

    [Fact]
    public async Task Who_takes_somebody_s_name_is_told_apart_in_direct_rooms()
    {
        var (olga, bob, mallory) = await MeetAsync();
        await using var one = bob;
        await using var other = mallory;
        await bob.SayToAsync("olga", "This is bob");
        await mallory.SayToAsync("olga", "This is bob too");
        foreach (var (user, room, unread) in new[] { ("bob", "dm:bob:olga", "(1) "), ("mallory", "dm:mallory:olga", "") })
        {
            await Expect(olga.RoomItem(room)).ToHaveAccessibleNameAsync($"Bob @{user} 1 unread");
            await olga.OpenAsync(room);
            await Expect(olga.RoomItem(room).Locator(".handle")).ToBeVisibleAsync();
            await Expect(olga.Title).ToHaveTextAsync($"Bob @{user}");
            await Expect(olga.Title.Locator(".handle")).ToBeVisibleAsync();
            await Expect(olga.Page).ToHaveTitleAsync($"{unread}Bob (@{user}) · OrleansChat");
            await Expect(olga.Composer).ToHaveAttributeAsync("placeholder", $"Message Bob (@{user})");
            await olga.ChooseAsync("Block");
            await Expect(olga.Notice).ToContainTextAsync($"You have blocked Bob (@{user}):");
            await olga.PictureAsync($"impostor-direct-{user}");
        }

        await using var elsewhere = await Terminal.ConnectAsync(Server, "olga");
        await elsewhere.AskAsync(new JsonObject { ["type"] = "leave", ["room"] = "dm:mallory:olga" });
        await olga.IsToldAsync("You have left Bob (@mallory) in another window.");
    }

    [Fact]
    public async Task A_direct_room_has_the_other_s_name_as_soon_as_the_page_is_told_it()
    {
        await using var alice = await Terminal.ConnectAsync(Server, "alice", "Alice L.");
        await alice.SayToAsync("bob", "hello");
        var bob = await JoinAsync("bob");
        var item = bob.RoomItem("dm:alice:bob");
        await Expect(item).ToHaveAccessibleNameAsync("alice 1 unread");
        await alice.JoinAsync("lobby");
        await Expect(item).ToHaveAccessibleNameAsync("Alice L. @alice 1 unread");

        // And so has the one that is open.
        await bob.Page.GotoAsync("/?room=dm:alice:bob");
        await Expect(bob.Title).ToHaveTextAsync("Alice L. @alice");
        await Expect(bob.Page).ToHaveTitleAsync("Alice L. (@alice) · OrleansChat");
        await Expect(bob.Composer).ToHaveAttributeAsync("placeholder", "Message Alice L. (@alice)");
    }

    [Fact]
    public async Task A_name_stands_alone_where_it_says_the_id_and_none_passes_for_a_name_with_an_id()
    {
        (string User, string Name, string Shown)[] all =
        [
            ("bob", "", "bob"), ("Alice-L.", "Alice L.", "Alice L."), ("小明", "小明", "小明"),
            ("mallory", "bob", "bob (@mallory)"), ("Bob", "bob", "bob (@Bob)"), ("bob-bob", "bob (@bob)", "bob (@bob) (@bob-bob)"),
            ("bob-bob2", "bob @bob2", "bob @bob2 (@bob-bob2)"), ("olga-you", "olga (you)", "olga (you) (@olga-you)"),
            ("b-ob", "b\u200bob", "b\u200bob (@b-ob)"), ("al-ice", "al\u00ad ice", "al\u00ad ice (@al-ice)"),
        ];
        var olga = await JoinAsync("olga", "dev");
        foreach (var (user, name, shown) in all)
        {
            await using var terminal = await Terminal.ConnectAsync(Server, user, name);
            await terminal.JoinAsync("dev");
            await Expect(olga.Listed(user)).ToHaveAttributeAsync("title", $"Message {shown}");
            await Expect(olga.Listed(user).Locator(".handle")).ToHaveCountAsync(shown.EndsWith(')') ? 1 : 0);
        }
    }

    [Fact]
    public async Task Neither_a_name_nor_an_id_turns_the_direction_of_what_stands_beside_it()
    {
        const string User = "سلمى";
        const string Name = "ليلى!";
        await using var owner = await Terminal.ConnectAsync(Server, "olga");
        await owner.CreateAsync("dev", "Rules apply");
        await using var salma = await Terminal.ConnectAsync(Server, User, Name);
        await salma.JoinAsync("dev");
        await owner.GiveRoleAsync("dev", User, "moderator");
        var olga = await JoinAsync("olga", "dev");
        await salma.SetTopicAsync("dev", "A topic");
        await AssertInOrderAsync(olga.Happenings.Last, Name, $"@{User}", "set the topic");
        await Expect(olga.Listed(User)).ToContainTextAsync(Name);
        await olga.ChooseAsync(User, "Ban…");
        await AssertInOrderAsync(olga.Page.Locator("#act-title"), "Ban", Name, $"@{User}", "?");
        await olga.PictureAsync("impostor-right-to-left");
    }

    [Fact]
    public async Task What_was_taken_for_a_name_in_the_past_turns_nothing_and_is_seen()
    {
        (string User, string? Name, string Shown)[] all =
        [
            ("bob", "\u202eboB\u2066 x\u2069", "boB x"), ("bob", "\u200b\u2060", "bob"), ("bob", "\u2800", "bob"), ("bob", "\u202e", "bob"),
            ("bob", null, "bob"), ("bob", "Bob 👩‍👩‍👧", "Bob 👩‍👩‍👧"), ("bob", "!", "!"),
        ];
        var nobody = await ComeAsync("nobody");
        var shown = await nobody.Page.EvaluateAsync<string[]>(
            "async (all) => { const { shownName } = await import('/app/names.js'); return all.map(([user, name]) => shownName(user, name)); }",
            all.Select(one => new[] { one.User, one.Name }).ToArray());
        Assert.Equal(all.Select(one => one.Shown), shown);
    }

    /// <summary>olga at the page of a room that is hers, with bob, and with mallory, who has taken his name.</summary>
    private async Task<(Person Olga, Terminal Bob, Terminal Mallory)> MeetAsync()
    {
        await using (var owner = await Terminal.ConnectAsync(Server, "olga")) await owner.CreateAsync("dev", "Rules apply");
        var bob = await Terminal.ConnectAsync(Server, "bob", "Bob");
        var mallory = await Terminal.ConnectAsync(Server, "mallory", "Bob");
        await bob.JoinAsync("dev");
        await mallory.JoinAsync("dev");
        var olga = await JoinAsync("olga", "dev");
        foreach (var user in new[] { "bob", "mallory" }) await Expect(olga.Listed(user)).ToContainTextAsync("Bob");
        return (olga, bob, mallory);
    }

    /// <summary>On the screen some parts of a line stand from left to right, as they do in the text.</summary>
    private static async Task AssertInOrderAsync(ILocator line, params string[] parts)
    {
        var places = await line.EvaluateAsync<double[]>(
            """
            (line, parts) => parts.map((part) => {
              const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
              for (let text = texts.nextNode(); text; text = texts.nextNode()) {
                const at = text.data.indexOf(part);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(text, at);
                range.setEnd(text, at + part.length);
                return range.getBoundingClientRect().left;
              }
              return NaN;
            })
            """,
            parts);
        Assert.DoesNotContain(double.NaN, places);
        Assert.Equal(places.Order(), places);
    }
}
