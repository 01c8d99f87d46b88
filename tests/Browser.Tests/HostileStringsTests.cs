using System.Text.Json.Nodes;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>
/// Strings that would do something if any of them were taken for more than text, through every field that the page
/// shows. Each test ends with a look at the whole document; what they would have asked for is noticed by
/// <see cref="Faults"/>.
/// </summary>
public sealed class HostileStringsTests(Chromium chromium) : BrowserTest(chromium)
{
    // As long as a display name may be, so that all of them go everywhere.
    private static readonly string[] Hostile =
    [
        "<img src=x onerror=\"window.pwned=1;alert(1)\">",
        "<script>window.pwned=1;alert(1)</script>",
        "<svg/onload=window.pwned=1>",
        "\"><b onmouseover=window.pwned=1 style=position:fixed>x</b>",
        "' onfocus=window.pwned=1 autofocus tabindex=1 x='",
        "</title></textarea></p><iframe src=//evil.example/></iframe>",
        "<style>*{background:url(//evil.example/x)}</style>",
        "<a href=javascript:window.pwned=1>x</a>",
        "javascript:window.pwned=1//http://",
        "<math><mi xlink:href=\"data:x,<script>pwned=1</script>\">",
        "{{constructor.constructor('window.pwned=1')()}}",
        "${window.pwned=1} #{7*7} <%= 7*7 %>",
        "&lt;img src=x&gt; &#60;b&#62; \\u003cb\\u003e",
        "\u202Eevil \u2066text\u2069 <b>",
        "__proto__",
        "]]><!--<!DOCTYPE x>-->",
    ];

    /// <summary>The same as far as they can be a display name.</summary>
    private static readonly string[] HostileNames =
        [.. Hostile.Select(text => string.Concat(text.Where(c => c is not ((>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069')))))];

    private EmbeddedServer Embedded => (EmbeddedServer)Server;

    [Fact]
    public async Task Names_texts_topics_reasons_and_data_are_shown_as_they_are_and_do_nothing()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        await olga.CreateAsync("dev", "Rules apply");
        var bob = await JoinAsync("bob", "dev");
        await olga.GiveRoleAsync("dev", "bob", "moderator");
        await bob.WatchTypingAsync();
        for (var i = 0; i < Hostile.Length; i++)
        {
            await using (var mallory = await Terminal.ConnectAsync(Server, $"m{i}", HostileNames[i]))
            {
                await mallory.JoinAsync("dev");
                await mallory.AskAsync(new()
                {
                    ["type"] = "send",
                    ["room"] = "dev",
                    ["text"] = Hostile[i],
                    ["key"] = Hostile[i],
                    ["data"] = new JsonObject { ["html"] = Hostile[i], ["constructor"] = new JsonObject { ["pwned"] = 1 } },
                });
                await mallory.TypeAsync("dev");
                await bob.ReadsOfTypingAsync($"{HostileNames[i]} (@m{i}) is typing…");
            }

            await Expect(bob.Typing).ToHaveTextAsync("");
            await olga.SetTopicAsync("dev", Hostile[i]);
            await Expect(bob.Page.Locator("#room-topic")).ToHaveTextAsync(Hostile[i]);
            await olga.ArchiveAsync("dev", archived: true, Hostile[i]);
            await Expect(bob.Notice).ToContainTextAsync("archived");
            await olga.ArchiveAsync("dev", archived: false, Hostile[i]);
        }

        await bob.SeesAsync(Hostile);
        await Expect(bob.Happenings).ToHaveCountAsync(3 * Hostile.Length);
        for (var i = 0; i < Hostile.Length; i++)
        {
            await Expect(bob.Happenings.Nth(3 * i)).ToContainTextAsync($"olga set the topic to “{Hostile[i]}");
            await Expect(bob.Happenings.Nth((3 * i) + 1)).ToContainTextAsync($"olga archived this room: {Hostile[i]}");
            await Expect(bob.Happenings.Nth((3 * i) + 2)).ToContainTextAsync($"olga restored this room: {Hostile[i]}");
        }

        Assert.Equal(HostileNames, await bob.Page.Locator(".message .author").AllInnerTextsAsync());
        await AssertCleanAsync(bob);
        await bob.Page.GetByTestId("find-room").ClickAsync();
        await Expect(bob.Page.GetByTestId("find-result")).ToContainTextAsync(Hostile[^1]);
        await AssertCleanAsync(bob);
        // Last, for it leaves styles behind that hide the carets.
        await bob.Page.Keyboard.PressAsync("Escape");
        await bob.PictureAsync("hostile");
    }

    [Fact]
    public async Task Names_in_menus_dialogs_titles_and_tooltips_do_nothing()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        await olga.CreateAsync("dev", "Rules apply");
        var bob = await JoinAsync("bob", "dev");
        await olga.GiveRoleAsync("dev", "bob", "moderator");
        for (var i = 0; i < Hostile.Length; i++)
        {
            await using var mallory = await Terminal.ConnectAsync(Server, $"m{i}", HostileNames[i]);
            await mallory.JoinAsync("dev");
            var whole = $"{HostileNames[i]} (@m{i})";
            await mallory.SayToAsync("bob", Hostile[i]);
            await Expect(bob.RoomItem($"dm:bob:m{i}").Locator(".room-item-name")).ToHaveTextAsync(HostileNames[i]);
            await Expect(bob.MenuOf($"m{i}")).ToHaveAttributeAsync("aria-label", $"More about {whole}");
            foreach (var (choice, verb) in new[] { ("Mute…", "Mute"), ("Ban…", "Ban") })
            {
                await bob.ChooseAsync($"m{i}", choice);
                await Expect(bob.Page.Locator("#act-title")).ToHaveTextAsync($"{verb} {whole}?");
                await bob.Page.Keyboard.PressAsync("Escape");
            }

            await bob.OpenAsync($"dm:bob:m{i}");
            await Expect(bob.Title).ToHaveTextAsync($"{HostileNames[i]} @m{i}");
            await Expect(bob.Page).ToHaveTitleAsync($"{whole} · OrleansChat");
            await Expect(bob.Composer).ToHaveAttributeAsync("placeholder", $"Message {whole}");
            await bob.ChooseAsync("Block");
            await Expect(bob.Notice).ToContainTextAsync($"You have blocked {whole}:");
            await bob.OpenAsync("dev");
        }

        await AssertCleanAsync(bob);
    }

    [Fact]
    public async Task Room_names_in_the_address_errors_and_the_last_words_of_the_server_do_nothing()
    {
        var bob = await JoinAsync("bob");
        foreach (var hostile in Hostile)
        {
            await bob.Page.GotoAsync($"/?room={Uri.EscapeDataString(hostile)}");
            await bob.IsToldAsync(hostile);
            await AssertCleanAsync(bob);
            await bob.Page.GotoAsync("/?room=lobby");
            await Expect(bob.Title).ToHaveTextAsync("lobby");
            await Embedded.User("bob").DisconnectAll("root", hostile);
            await Expect(bob.Banner).ToContainTextAsync(hostile);
            await AssertCleanAsync(bob);
        }

        // What stands in the address and in the storage is no more than text either.
        foreach (var hostile in Hostile)
        {
            await bob.Page.EvaluateAsync("(text) => { localStorage.setItem('chat.name', text); sessionStorage.clear(); }", hostile);
            await bob.Page.GotoAsync("/");
            await Expect(bob.Page.GetByTestId("name-input")).ToHaveValueAsync(hostile);
            await AssertCleanAsync(bob);
        }
    }

    [Theory]
    [InlineData("constructor")]
    [InlineData("hasOwnProperty")]
    [InlineData("toString")]
    public async Task Ids_that_JavaScript_has_a_meaning_for_are_users_and_rooms_like_any_other(string id)
    {
        var alice = await JoinAsync("alice", id);
        var odd = await JoinAsync(id, id);
        await odd.SendAsync("hello");
        await alice.SeesAsync("hello");
        await Expect(alice.OnlineCount).ToHaveTextAsync("2 online");
        await alice.Listed(id).ClickAsync();
        // The room has the user's name: that the other conversation is open shows in its being empty.
        await Expect(alice.Title).ToHaveTextAsync(id);
        await Expect(alice.Stored).ToHaveCountAsync(0);
        await alice.SendAsync("psst");
        await Expect(alice.Stored).ToHaveTextAsync(["psst"]);
        await AssertCleanAsync(alice);
    }

    /// <summary>
    /// Nothing ran, and the document has only the elements and attributes that the page makes. What text would have made
    /// is not among them: images and scripts of its own, frames, handlers, styles, addresses of other kinds.
    /// </summary>
    private static async Task AssertCleanAsync(Person person) => Assert.Empty(await person.Page.EvaluateAsync<string[]>(
        """
        () => {
          const wrong = [];
          if ('pwned' in window || 'pwned' in {}) wrong.push('something ran');
          const tags = new Set(`html head meta title link script body svg symbol path circle use main div img h1 h2 h3 p form
            label input button nav header footer section article aside span ul li textarea dialog fieldset legend b bdi a
            select option noscript time`.split(/\s+/));
          const attributes = new Set(`lang charset name content media href rel type src id hidden class viewbox d cx cy r width
            height stroke-width alt for role tabindex dir title value checked required readonly rows maxlength placeholder
            autocomplete autocapitalize autofocus spellcheck enterkeyhint datetime target open`.split(/\s+/));
          for (const element of document.querySelectorAll('*')) {
            const tag = element.localName;
            if (!tags.has(tag)) wrong.push(`an element <${tag}>`);
            for (const { name, value } of element.attributes) {
              // The heights and places that the page itself computes.
              const isOwnStyle = name === 'style' && ['textarea', 'div'].includes(tag) && /^((height|top|left): [\d.]+px;? ?|height: auto;)*$/.test(value);
              const isKnown = attributes.has(name.toLowerCase()) || /^(aria|data)-[a-z-]+$/.test(name) || isOwnStyle;
              if (!isKnown) wrong.push(`an attribute ${name} of <${tag}>`);
            }
          }
          const allowed = {
            script: ({ attributes: { src } }) => src?.value === '/app/main.js',
            img: ({ attributes: { src } }) => src.value === '/favicon.svg',
            link: ({ attributes: { href } }) => /^\/(styles\/[a-z-]+\.css|favicon\.svg)$/.test(href.value),
            use: ({ attributes: { href } }) => /^#icon-[a-z]+$/.test(href.value),
            a: ({ protocol, className }) => className === 'skip' || ['http:', 'https:'].includes(protocol),
          };
          for (const [tag, isAllowed] of Object.entries(allowed)) {
            for (const element of document.querySelectorAll(tag)) if (!isAllowed(element)) wrong.push(element.outerHTML);
          }
          return wrong;
        }
        """));
}
