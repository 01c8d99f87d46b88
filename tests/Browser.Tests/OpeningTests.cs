using OrleansChat.Browser.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>Rooms that take their time to open, as over a slow network.</summary>
public sealed class OpeningTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task What_is_written_while_a_room_opens_does_not_go_to_the_room_before()
    {
        var bob = await JoinAsync("bob");
        var (alice, joins) = await JoinSlowlyAsync("alice");
        await alice.Composer.FillAsync("for everybody");
        await alice.Listed("bob").ClickAsync();
        var arrive = await joins.NextAsync();
        await Expect(alice.Composer).Not.ToBeEditableAsync();
        await alice.Composer.ClickAsync();
        await alice.Page.Keyboard.TypeAsync(" for bob alone");
        await alice.Page.Keyboard.PressAsync("Enter");
        await alice.Page.GetByTestId("send").ClickAsync();
        await Expect(alice.Composer).ToHaveValueAsync("for everybody");
        arrive();
        await Expect(alice.Title).ToHaveTextAsync("bob");
        await Expect(alice.Composer).ToHaveValueAsync("");
        await Expect(alice.Composer).ToBeFocusedAsync();
        await alice.SendAsync("for you alone");

        await alice.OpenAsync("lobby");
        await Expect(alice.Composer).ToHaveValueAsync("for everybody");
        await alice.SendAsync("hello, all");
        await bob.SeesAsync("hello, all");
        await bob.OpenAsync("dm:alice:bob");
        await bob.SeesAsync("for you alone");
    }

    [Fact]
    public async Task The_room_that_was_asked_for_last_is_shown_whichever_opens_last()
    {
        var bob = await JoinAsync("bob");
        var carol = await JoinAsync("carol");
        var (alice, joins) = await JoinSlowlyAsync("alice");
        await alice.Listed("bob").ClickAsync();
        var bobArrives = await joins.NextAsync();
        await alice.Listed("carol").ClickAsync();
        var carolArrives = await joins.NextAsync();
        carolArrives();
        await Expect(alice.Title).ToHaveTextAsync("carol");
        bobArrives();
        await Expect(alice.RoomItem("dm:alice:bob")).ToBeVisibleAsync();
        await alice.SendAsync("hello");
        await carol.OpenAsync("dm:alice:carol");
        await carol.SeesAsync("hello");
        await Expect(alice.Title).ToHaveTextAsync("carol");
        await bob.SeesAsync();
    }

    [Fact]
    public async Task Whoever_turns_to_another_room_meanwhile_stays_there_and_can_write()
    {
        await JoinAsync("bob");
        var (alice, joins) = await JoinSlowlyAsync("alice");
        await alice.Listed("bob").ClickAsync();
        var arrive = await joins.NextAsync();
        await alice.OpenAsync("lobby");
        await alice.SendAsync("here I am");
        arrive();
        await Expect(alice.RoomItem("dm:alice:bob")).ToBeVisibleAsync();
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await alice.SeesAsync("here I am");

        await alice.Listed("alice").ClickAsync();
        arrive = await joins.NextAsync();
        await alice.Page.GoBackAsync();
        await Expect(alice.Page.Locator("#welcome")).ToBeVisibleAsync();
        arrive();
        await Expect(alice.RoomItem("dm:alice:alice")).ToBeVisibleAsync();
        await Expect(alice.Page.Locator("#welcome")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_room_that_cannot_be_opened_gives_the_one_before_back()
    {
        var olga = await JoinAsync("olga");
        await olga.Page.GetByTestId("new-room").ClickAsync();
        await olga.Page.Locator("#new-room-dialog").GetByLabel("Name").FillAsync("dev");
        await olga.Page.Keyboard.PressAsync("Enter");
        await Expect(olga.Title).ToHaveTextAsync("dev");
        var (alice, joins) = await JoinSlowlyAsync("alice");
        await alice.Page.GetByTestId("find-room").ClickAsync();
        await alice.Page.GetByTestId("find-result").Filter(new() { HasText = "dev" }).ClickAsync();
        (await joins.NextAsync())();
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await alice.OpenAsync("lobby");
        await olga.ChooseAsync("alice", "Ban…");
        await olga.AnswerAsync("Ban");
        await Expect(alice.RoomItem("dev")).ToHaveCountAsync(0);

        await alice.Page.GetByTestId("find-room").ClickAsync();
        await alice.Page.GetByTestId("find-result").Filter(new() { HasText = "dev" }).ClickAsync();
        var arrive = await joins.NextAsync();
        await Expect(alice.Composer).Not.ToBeEditableAsync();
        arrive();
        await alice.IsToldAsync("dev could not be opened.");
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await alice.SendAsync("still here");
        await alice.SeesAsync("still here");
    }

    private async Task<(Person Person, HeldCommands Joins)> JoinSlowlyAsync(string name)
    {
        var person = await ComeAsync(name, path: "about:blank");
        var joins = await HeldCommands.OnAsync(person.Page, "join");
        await person.Page.GotoAsync("/");
        await person.SignInAsync(name);
        (await joins.NextAsync())();
        await Expect(person.Title).ToHaveTextAsync("lobby");
        return (person, joins);
    }
}
