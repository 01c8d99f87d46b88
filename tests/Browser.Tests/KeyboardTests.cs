using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>Nothing here touches a mouse.</summary>
public sealed class KeyboardTests(Chromium chromium) : BrowserTest(chromium)
{
    // More Tabs than the page has stops.
    private const int Stops = 60;

    [Fact]
    public async Task Signing_in_finding_switching_and_writing_need_no_mouse()
    {
        await using var owner = await Terminal.ConnectAsync(Server, "olga");
        await owner.CreateAsync("dev", "Work");
        await owner.CreateAsync("a-room-of-an-earlier-name", "Other");
        var alice = await ComeAsync("alice");
        var keys = alice.Page.Keyboard;
        await Expect(alice.Page.GetByTestId("name-input")).ToBeFocusedAsync();
        await keys.TypeAsync("alice");
        await keys.PressAsync("Enter");
        // Somebody who is in no room yet begins in the lobby.
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await Expect(alice.Composer).ToBeFocusedAsync();
        await keys.TypeAsync("no mouse");
        await keys.PressAsync("Enter");
        await alice.SeesAsync("no mouse");

        await keys.PressAsync("Control+k");
        await Expect(alice.Page.GetByTestId("find-query")).ToBeFocusedAsync();
        await Expect(alice.Page.GetByTestId("find-result")).ToHaveCountAsync(3);
        await keys.TypeAsync("dev");
        await keys.PressAsync("Enter");
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await Expect(alice.Composer).ToBeFocusedAsync();

        await keys.PressAsync("Alt+ArrowDown");
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await keys.TypeAsync("back");
        await keys.PressAsync("Enter");
        await alice.SeesAsync("no mouse", "back");

        // Back to the list by Tab, and through it by arrows.
        await TabToAsync(alice, alice.RoomItem("dev"));
        await keys.PressAsync("ArrowDown");
        await Expect(alice.RoomItem("lobby")).ToBeFocusedAsync();
        await keys.PressAsync("ArrowUp");
        await keys.PressAsync("Enter");
        await Expect(alice.Title).ToHaveTextAsync("dev");
    }

    [Fact]
    public async Task Dialogs_open_close_and_give_the_focus_back_by_key()
    {
        var alice = await JoinAsync("alice");
        var keys = alice.Page.Keyboard;
        foreach (var (opener, dialog) in new[] { ("new-room", "new-room-dialog"), ("find-room", "find-dialog"), ("invite", "invite-dialog"), ("leave", "leave-dialog") })
        {
            var button = alice.Page.GetByTestId(opener);
            await TabToAsync(alice, button);
            await keys.PressAsync("Enter");
            await Expect(alice.Page.Locator($"#{dialog}")).ToBeVisibleAsync();
            await keys.PressAsync("Escape");
            await Expect(alice.Page.Locator($"#{dialog}")).ToBeHiddenAsync();
            await Expect(button).ToBeFocusedAsync();
        }

        await TabToAsync(alice, alice.Page.GetByTestId("new-room"));
        await keys.PressAsync("Enter");
        await keys.TypeAsync("by keys");
        await keys.PressAsync("Enter");
        await Expect(alice.Title).ToHaveTextAsync("by-keys");
        await Expect(alice.Composer).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_first_Tab_leads_to_the_message_box()
    {
        var alice = await JoinAsync("alice");
        await alice.Page.ReloadAsync();
        await Expect(alice.Composer).ToBeFocusedAsync();
        // As for somebody who comes from the address bar: whatever went with the focus, Tab goes on from where it stood.
        await alice.Page.EvaluateAsync(
            """
            () => {
              const before = document.createElement('button');
              document.body.prepend(before);
              before.focus();
              before.remove();
            }
            """);
        await alice.Page.Keyboard.PressAsync("Tab");
        await Expect(alice.Page.Locator(".skip")).ToBeFocusedAsync();
        await alice.PictureAsync("keyboard-skip");
        await alice.Page.Keyboard.PressAsync("Enter");
        await Expect(alice.Composer).ToBeFocusedAsync();
    }

    private static async Task TabToAsync(Person person, ILocator target)
    {
        for (var stop = 0; stop < Stops; stop++)
        {
            if (await target.EvaluateAsync<bool>("(element) => element === document.activeElement")) return;
            await person.Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"Tab never comes to {target}.");
    }
}
