using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>What people write is text. Whatever of it runs would be noticed by <see cref="Faults"/> as well.</summary>
public sealed class EscapingTests(Chromium chromium) : BrowserTest(chromium)
{
    private const string Payload = "<img src=x onerror=\"window.pwned=1;alert(1)\">";

    // What the page makes of it for an id.
    private const string PayloadId = "img-srcx-onerrorwindow.pwned1alert1";

    [Fact]
    public async Task Markup_in_messages_is_shown_and_does_nothing()
    {
        string[] texts =
        [
            Payload,
            "<script>window.pwned = 1; alert(1)</script>",
            "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a>",
            "javascript:alert(document.domain)",
            "[click](javascript:alert(1)) data:text/html,<script>alert(1)</script>",
            "\"><iframe src=\"https://example.com\"></iframe>",
            "{{7*7}} ${7*7} &lt;b&gt; &amp;",
            "\u202Eevil \u2066text",
        ];
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob");
        await alice.SendAsync(texts);
        foreach (var person in new[] { alice, bob })
        {
            await person.SeesAsync(texts);
            Assert.Equal(texts, await person.Stored.AllInnerTextsAsync());
            await Expect(person.Timeline.Locator("img, script, iframe, a:not([href^='https://example.com']), svg:not(.icon)")).ToHaveCountAsync(0);
            Assert.Null(await person.Page.EvaluateAsync<object?>("() => window.pwned ?? null"));
        }

        await bob.PictureAsync("escaping");
    }

    [Fact]
    public async Task Markup_in_names_topics_and_the_names_of_rooms_is_shown_and_does_nothing()
    {
        await using var owner = await Terminal.ConnectAsync(Server, "olga");
        await owner.CreateAsync("dev", Payload);
        var mallory = await ComeAsync("mallory");
        await mallory.Page.GotoAsync("/?room=dev");
        await mallory.SignInAsync(Payload);
        await Expect(mallory.Title).ToHaveTextAsync("dev");
        var bob = await JoinAsync("bob", "dev");
        await Expect(mallory.OnlineCount).ToHaveTextAsync("2 online");
        // Whose name is known by then.
        await Expect(bob.Page.GetByTestId("person").Filter(new() { HasText = Payload })).ToHaveCountAsync(1);
        await bob.WatchTypingAsync();
        await mallory.Composer.PressSequentiallyAsync("hello");
        const string Whole = $"{Payload} (@{PayloadId})";
        await bob.ReadsOfTypingAsync($"{Whole} is typing…");
        await mallory.Composer.PressAsync("Enter");
        await bob.SeesAsync("hello");
        await Expect(bob.Page.Locator(".author")).ToHaveTextAsync(Payload);
        await Expect(bob.Page.Locator("#room-topic")).ToHaveTextAsync(Payload);
        await bob.Page.Locator(".author").ClickAsync();
        await Expect(bob.Title).ToHaveTextAsync($"{Payload} @{PayloadId}");
        await Expect(bob.Page).ToHaveTitleAsync($"{Whole} · OrleansChat");
        await bob.PictureAsync("escaping-names");

        await bob.Page.GetByTestId("find-room").ClickAsync();
        await Expect(bob.Page.GetByTestId("find-result")).ToContainTextAsync(Payload);
        await bob.Page.Keyboard.PressAsync("Escape");
        await bob.Page.GotoAsync($"/?room={Uri.EscapeDataString(Payload)}");
        await bob.IsToldAsync(Payload);
        await Expect(bob.Page.Locator("#app img:not([src='/favicon.svg']), #toasts img")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Web_addresses_are_links_that_give_the_other_page_no_hold_on_this_one()
    {
        var alice = await JoinAsync("alice");
        var address = new Uri(Server.Address, "/?a=1&b=(2)");
        await alice.SendAsync($"see {address}, or (http://例え.jp/x). ftp://no.example javascript:void(0)");
        await Expect(alice.Stored).ToHaveCountAsync(1);
        var links = alice.Stored.Locator("a");
        await Expect(links).ToHaveTextAsync([address.ToString(), "http://例え.jp/x"]);
        foreach (var link in await links.AllAsync())
        {
            await Expect(link).ToHaveAttributeAsync("rel", "noopener noreferrer");
            await Expect(link).ToHaveAttributeAsync("target", "_blank");
        }

        var opened = await alice.Page.RunAndWaitForPopupAsync(() => links.First.ClickAsync());
        await opened.WaitForURLAsync(address.ToString());
        Assert.True(await opened.EvaluateAsync<bool>("() => window.opener === null"));
        Assert.Equal("", await opened.EvaluateAsync<string>("() => document.referrer"));
    }
}
