using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>Answers that come when whoever asked has turned to something else, as over a slow network.</summary>
public sealed class LateAnswerTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task The_answer_to_a_question_that_was_closed_closes_no_later_one()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        await using var bob = await Terminal.ConnectAsync(Server, "bob");
        await using var carol = await Terminal.ConnectAsync(Server, "carol");
        await olga.CreateAsync("dev", "Rules apply");
        foreach (var member in new[] { bob, carol }) await member.JoinAsync("dev");
        var (mia, mutes) = await ComeSlowlyAsync("mia", page => HeldCommands.OnAsync(page, "mute"));
        await olga.GiveRoleAsync("dev", "mia", "moderator");
        await Expect(mia.Listed("mia").Locator(".tag")).ToHaveTextAsync(["you", "moderator"]);
        await mia.ChooseAsync("bob", "Mute…");
        var dialog = mia.Page.Locator("#act-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Mute" }).ClickAsync();
        var arrive = await mutes.NextAsync();
        await mia.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await mia.ChooseAsync("carol", "Ban…");
        await dialog.GetByLabel("Reason").FillAsync("a long story");
        await Expect(dialog.Locator("form")).Not.ToHaveAttributeAsync("aria-busy", "true");
        arrive();
        await Expect(mia.MuteOf("bob")).ToHaveCountAsync(1);
        await Expect(mia.Page.Locator("#act-title")).ToHaveTextAsync("Ban carol?");
        await Expect(dialog.GetByLabel("Reason")).ToHaveValueAsync("a long story");
        await mia.AnswerAsync("Ban");
        await Expect(mia.Listed("carol")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_failed_after_its_question_was_closed_is_told_and_not_in_a_later_one()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        await using var bob = await Terminal.ConnectAsync(Server, "bob");
        await olga.CreateAsync("dev", "Rules apply");
        await bob.JoinAsync("dev");
        var (page, leaves) = await ComeSlowlyAsync("olga", tab => HeldCommands.OnAsync(tab, "leave"));
        var dialog = page.Page.Locator("#leave-dialog");
        await page.ChooseAsync("Leave…");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Leave" }).ClickAsync();
        var arrive = await leaves.NextAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Stay" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        await page.ChooseAsync("Leave…");
        arrive();
        await page.IsToldAsync("A room keeps its last owner: somebody else must be made one first.");
        await Expect(dialog).ToBeVisibleAsync();
        await Expect(dialog.Locator(".field-error")).ToHaveTextAsync("");
    }

    [Fact]
    public async Task Enter_finds_what_is_typed_by_then_and_what_was_found_before_the_dialog_was_closed_is_not_shown_again()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        foreach (var room in new[] { "dev", "demo", "another" }) await olga.CreateAsync(room, "Rules apply");
        var (alice, searches) = await ComeSlowlyAsync("alice", page => HeldCommands.AnswersOnAsync(page, "rooms"), "lobby");
        await olga.JoinAsync("lobby");
        var found = alice.Page.GetByTestId("find-result");
        var query = alice.Page.GetByTestId("find-query");
        await alice.Page.GetByTestId("find-room").ClickAsync();
        var first = await searches.NextAsync();
        await alice.Page.Keyboard.PressAsync("Escape");
        await alice.Page.GetByTestId("find-room").ClickAsync();
        (await searches.NextAsync())();
        await Expect(found).ToHaveCountAsync(4);
        await query.FillAsync("anot");
        (await searches.NextAsync())();
        await Expect(found).ToHaveCountAsync(1);
        first();
        await olga.SayAsync("lobby", "what comes after it");
        await alice.SeesAsync("what comes after it");
        await Expect(found).ToHaveCountAsync(1);

        await SubmitAsync(query, "de");
        var ofDe = await searches.NextAsync();
        await alice.Page.Keyboard.TypeAsync("v");
        var ofDev = await searches.NextAsync();
        ofDe();
        var again = await searches.NextAsync();
        ofDev();
        again();
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await Expect(alice.RoomItem("demo")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Who_closes_the_search_after_Enter_stays_where_they_are()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        await olga.CreateAsync("dev", "Rules apply");
        var (alice, searches) = await ComeSlowlyAsync("alice", page => HeldCommands.AnswersOnAsync(page, "rooms"), "lobby");
        await olga.JoinAsync("lobby");
        await alice.Page.GetByTestId("find-room").ClickAsync();
        (await searches.NextAsync())();
        await Expect(alice.Page.GetByTestId("find-result")).ToHaveCountAsync(2);
        await SubmitAsync(alice.Page.GetByTestId("find-query"), "dev");
        var arrive = await searches.NextAsync();
        // Escape would only empty the field.
        var dialog = alice.Page.Locator("#find-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        arrive();
        await olga.SayAsync("lobby", "what comes after it");
        await alice.SeesAsync("what comes after it");
        // Had a room been opened then, nothing could be written before it is, and in no other.
        await alice.SendAsync("and I stay");
        await alice.SeesAsync("what comes after it", "and I stay");
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await Expect(alice.RoomItem("dev")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Who_blocks_somebody_while_the_list_of_the_blocked_is_read_goes_on_reading_that_they_have()
    {
        await using var alice = await Terminal.ConnectAsync(Server, "alice");
        await using var carol = await Terminal.ConnectAsync(Server, "carol");
        var (bob, lists) = await ComeSlowlyAsync("bob", page => HeldCommands.AnswersOnAsync(page, "blocks"), "lobby");
        (await lists.NextAsync())();
        await alice.SayToAsync("bob", "hello");
        await carol.SayToAsync("bob", "hi");
        await bob.OpenAsync("dm:alice:bob");
        var before = await lists.NextAsync();
        await bob.ChooseAsync("Block");
        await Expect(bob.Notice).ToContainTextAsync("You have blocked alice");
        var after = await lists.NextAsync();
        before();
        await carol.SayToAsync("bob", "what comes after it");
        await Expect(bob.Unread("dm:bob:carol")).ToHaveTextAsync("2");
        await Expect(bob.Notice).ToContainTextAsync("You have blocked alice");
        after();
        await bob.Notice.GetByRole(AriaRole.Button, new() { Name = "Unblock" }).ClickAsync();
        await Expect(bob.Notice).ToBeHiddenAsync();
    }

    /// <summary>As by somebody who presses Enter before the page begins to search by itself.</summary>
    private static Task SubmitAsync(ILocator field, string text) => field.EvaluateAsync(
        "(field, text) => { field.value = text; field.form.requestSubmit(); }", text);

    /// <summary>Enters a room, with some of what goes between the page and the server under way for as long as the test says.</summary>
    private async Task<(Person Person, HeldCommands Held)> ComeSlowlyAsync(string name, Func<IPage, Task<HeldCommands>> hold, string room = "dev")
    {
        var person = await ComeAsync(name, path: "about:blank");
        var held = await hold(person.Page);
        await person.Page.GotoAsync($"/?room={room}");
        await person.SignInAsync(name);
        await Expect(person.Title).ToHaveTextAsync(room);
        return (person, held);
    }
}
