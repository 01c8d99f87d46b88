using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>The tabs of a browser, which keep the tokens of an account together.</summary>
public sealed class TabTests(Chromium chromium) : AccountTest(chromium)
{
    private const int Tabs = 4;
    private const int Rounds = 25;

    /// <summary>What was asked for new tokens with, and what was answered, in order.</summary>
    private readonly List<(string? Asked, string Answered)> _issued = [];

    [Fact]
    public async Task Whatever_tabs_do_at_once_each_goes_on_from_the_last_answer_to_any_of_them()
    {
        Faults.Expect(Refused);
        var alice = await RegisterAsync("alice");
        await alice.Page.Context.RouteAsync("**/api/accounts/*", NoteAsync);
        var tabs = new List<Person> { alice };
        while (tabs.Count < Tabs) tabs.Add(await AnotherTabAsync(alice));
        var before = await Kept.ReadAsync(alice.Page);

        await Task.WhenAll(tabs.Select((tab, index) => tab.Page.EvaluateAsync(
            """
            async ({ rounds, passwords }) => {
              const { Account } = await import('/app/account.js');
              const account = await Account.current();
              for (let token = await account.token(), round = 1; round <= rounds; round++) {
                token = await account.token({ stale: token });
                if (passwords.length > 1 && round % 8 === 0) await account.changePassword({ current: passwords.shift(), next: passwords[0] });
              }
            }
            """,
            new { rounds = Rounds, passwords = index == 0 ? new[] { Password, $"{Password} 2", $"{Password} 3" } : [] })));

        foreach (var tab in tabs)
        {
            await Expect(tab.Banner).ToBeHiddenAsync();
            await tab.SendAsync($"tab {tabs.IndexOf(tab)}");
        }

        await Expect(alice.Stored).ToHaveCountAsync(Tabs);
        foreach (var tab in tabs) Assert.Equal(_issued[^1].Answered, (await Kept.ReadAsync(tab.Page))!.RefreshToken);
        // Each round of a tab goes on with another token; tabs in step share them all.
        Assert.True(_issued.Count >= Rounds, $"tokens were issued {_issued.Count} times");
        var last = before!.RefreshToken;
        foreach (var (asked, answered) in _issued)
        {
            if (asked is not null) Assert.Equal(last, asked);
            last = answered;
        }
    }

    [Fact]
    public async Task Who_logs_out_stays_so_whatever_is_answered_to_a_renewal_that_was_under_way()
    {
        var alice = await RegisterAsync("alice");
        var (asked, held) = await HoldAsync(alice.Page);
        await alice.Page.EvaluateAsync(
            """
            async () => {
              const { Account } = await import('/app/account.js');
              const account = await Account.current();
              const token = await account.token();
              globalThis.renewal = account.token({ stale: token }).catch(({ code }) => code);
              globalThis.forget = () => account.forget();
            }
            """);
        await asked.Task.WaitAsync(Patience);
        await alice.Page.EvaluateAsync("() => forget()");
        held.SetResult();
        Assert.Equal("unauthorized", await alice.Page.EvaluateAsync<string>("() => renewal"));
        Assert.Null(await Kept.ReadAsync(alice.Page));
    }

    [Fact]
    public async Task A_log_out_in_one_tab_ends_a_renewal_in_another()
    {
        Faults.Expect(Refused);
        var alice = await RegisterAsync("alice");
        var tab = await AnotherTabAsync(alice);
        var (asked, held) = await HoldAsync(tab.Page);
        await tab.Page.EvaluateAsync(
            """
            async () => {
              const { Account } = await import('/app/account.js');
              const account = await Account.current();
              void account.token({ stale: await account.token() });
            }
            """);
        await asked.Task.WaitAsync(Patience);
        await alice.ChooseOfAccountAsync("Log out");
        foreach (var person in new[] { alice, tab }) await Expect(person.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        held.SetResult();
        Assert.Null(await Kept.ReadAsync(alice.Page));
        await tab.LogInAsync("alice", Password);
        foreach (var person in new[] { alice, tab }) await Expect(Me(person)).ToContainTextAsync("alice");
    }

    [Fact]
    public async Task What_another_tab_has_got_meanwhile_is_given_up_and_forgotten_by_nobody_else()
    {
        var alice = await RegisterAsync("alice");
        await RegisterAsync("bob");
        var tab = await AnotherTabAsync(alice);
        await alice.Page.EvaluateAsync(
            """
            async () => {
              const { Account } = await import('/app/account.js');
              globalThis.account = await Account.current();
              await account.token();
            }
            """);
        await tab.Page.EvaluateAsync(
            """
            async () => {
              const { Account } = await import('/app/account.js');
              const account = await Account.current();
              await account.token({ stale: await account.token() });
            }
            """);
        var renewed = await Kept.ReadAsync(tab.Page);
        await alice.Page.EvaluateAsync("() => account.giveUp()");
        Assert.Equal(renewed, await Kept.ReadAsync(tab.Page));

        // The tab of whoever is no longer there, in the moment before it learns that.
        await alice.Page.EvaluateAsync(
            """
            async (password) => {
              const { Account } = await import('/app/account.js');
              await Account.logIn({ user: 'bob', password });
              await account.forget();
            }
            """, Password);
        Assert.Equal("bob", (await Kept.ReadAsync(alice.Page))?.User);
        // A browser that is closed while one of its pages is being loaded may never say that it is.
        await Expect(Me(tab)).ToContainTextAsync("bob");
        await Expect(tab.Title).ToHaveTextAsync("lobby");
    }

    [Fact]
    public async Task Of_two_people_who_log_in_at_once_in_two_tabs_both_show_the_one_who_stays()
    {
        await RegisterAsync("alice");
        await RegisterAsync("bob");
        var one = await ComeAsync("two people", path: Lobby);
        var other = new Person(await one.Page.Context.NewPageAsync());
        await other.Page.GotoAsync(Lobby);
        var (asked, held) = await HoldAsync(one.Page, "login");
        await one.LogInAsync("alice", Password);
        await asked.Task.WaitAsync(Patience);
        await other.LogInAsync("bob", Password);
        held.SetResult();
        foreach (var person in new[] { one, other }) await Expect(person.Title).ToHaveTextAsync("lobby");
        await UntilAsync(async () => await Me(one).TextContentAsync() == await Me(other).TextContentAsync());
        var third = await AnotherTabAsync(one);
        await Expect(Me(third)).ToHaveTextAsync((await Me(one).TextContentAsync())!);
    }

    [Fact]
    public async Task Where_the_browser_keeps_nothing_the_page_works_for_as_long_as_it_is_open()
    {
        var alice = await ComeWithoutStorageAsync("alice", Lobby);
        await alice.RegisterAsync("alice", Password);
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await alice.SendAsync("hello");
        await alice.SeesAsync("hello");
        var first = await Kept.ReadAsync(alice.Page);
        Assert.Equal("alice", first?.User);
        await alice.Page.EvaluateAsync(
            """
            async () => {
              const { Account } = await import('/app/account.js');
              const account = await Account.current();
              await account.token({ stale: await account.token() });
            }
            """);
        Assert.NotEqual(first, await Kept.ReadAsync(alice.Page));
        await alice.ChooseOfAccountAsync("Log out");
        await Expect(alice.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        await alice.LogInAsync("alice", Password);
        await Expect(alice.RoomItem("lobby")).ToBeVisibleAsync();
        await alice.Page.ReloadAsync();
        await Expect(alice.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        Assert.Null(await Kept.ReadAsync(alice.Page));
    }

    private async Task NoteAsync(IRoute route)
    {
        var answer = await route.FetchAsync();
        if (answer.Ok)
        {
            var asked = JsonNode.Parse(route.Request.PostData!)!["refreshToken"];
            var answered = JsonNode.Parse(await answer.TextAsync())!["refreshToken"]!;
            lock (_issued) _issued.Add(((string?)asked, (string)answered!));
        }

        await route.FulfillAsync(new() { Response = answer });
    }

    private static ILocator Me(Person person) => person.Page.Locator("#me");

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition()) await Task.Delay(50, patience.Token);
    }
}
