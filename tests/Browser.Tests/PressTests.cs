using System.Collections.Concurrent;
using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>Lists that change while somebody presses something in them, or has the focus there.</summary>
public sealed class PressTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task Whom_somebody_presses_is_clicked_although_the_list_of_people_changes_meanwhile()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        await using var bob = await Terminal.ConnectAsync(Server, "bob");
        await using var carol = await Terminal.ConnectAsync(Server, "carol");
        await olga.CreateAsync("dev", "Rules apply");
        await bob.JoinAsync("dev");
        var (alice, frames) = await ComeWatchedAsync("alice");
        await alice.UntilPeopleAreReadAsync("bob");
        await PressAsync(alice, alice.Listed("bob").Locator(".person-name"), async () =>
        {
            var before = frames.Count;
            await olga.GiveRoleAsync("dev", "bob", "moderator");
            await carol.JoinAsync("dev");
            // The page asks who that is, and is answered who everybody is.
            await UntilAsync(() => frames.Skip(before).Count(frame => frame.Contains("\"type\":\"members\"", StringComparison.Ordinal)) >= 2);
        });
        await Expect(alice.Title).ToHaveTextAsync("bob");
        await alice.OpenAsync("dev");
        await Expect(alice.Listed("carol")).ToBeVisibleAsync();
        await Expect(alice.Listed("bob")).ToContainTextAsync("moderator");
    }

    [Fact]
    public async Task The_room_that_somebody_presses_is_opened_although_another_one_comes_to_the_list()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        await olga.CreateAsync("a-room-further-up", "Rules apply");
        var (alice, frames) = await ComeWatchedAsync("alice");
        await alice.Page.GetByTestId("find-room").ClickAsync();
        await alice.Page.Locator("[data-testid=find-result][data-room=a-room-further-up]").ClickAsync();
        await Expect(alice.Title).ToHaveTextAsync("a-room-further-up");
        await PressAsync(alice, alice.RoomItem("dev").Locator(".room-item-name"), async () =>
        {
            await olga.CreateAsync("zoo", "Rules apply");
            await olga.AskAsync(new() { ["type"] = "invite", ["room"] = "zoo", ["user"] = "alice" });
            await UntilAsync(() => frames.Any(frame => frame.Contains("\"type\":\"join\",\"room\":\"zoo\"", StringComparison.Ordinal)));
        });
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await Expect(alice.RoomItem("zoo")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_focus_stays_in_the_list_of_people_while_it_changes()
    {
        await using var olga = await Terminal.ConnectAsync(Server, "olga");
        await using var bob = await Terminal.ConnectAsync(Server, "bob");
        await olga.CreateAsync("dev", "Rules apply");
        await bob.JoinAsync("dev");
        var (mia, _) = await ComeWatchedAsync("mia");
        await olga.GiveRoleAsync("dev", "mia", "moderator");
        await Expect(mia.Listed("mia").Locator(".tag")).ToHaveTextAsync(["you", "moderator"]);
        await mia.UntilPeopleAreReadAsync("bob");
        var others = 0;
        foreach (var place in new[] { mia.Page.GetByTestId("leave"), mia.Listed("bob"), mia.MenuOf("bob") })
        {
            await place.FocusAsync();
            await AnotherComesAsync();
            await Expect(place).ToBeFocusedAsync();
        }

        // And where it was before a question.
        var invite = mia.Page.GetByTestId("invite");
        await invite.FocusAsync();
        await mia.Page.Keyboard.PressAsync("Enter");
        await Expect(mia.Page.Locator("#invite-dialog")).ToBeVisibleAsync();
        await AnotherComesAsync();
        await mia.Page.Keyboard.PressAsync("Escape");
        await Expect(invite).ToBeFocusedAsync();
        await mia.ChooseAsync("bob", "Mute…");
        await AnotherComesAsync();
        await mia.Page.Keyboard.PressAsync("Escape");
        await Expect(mia.MenuOf("bob")).ToBeFocusedAsync();

        async Task AnotherComesAsync()
        {
            var user = $"a-{++others}";
            await using var another = await Terminal.ConnectAsync(Server, user);
            await another.JoinAsync("dev");
            await mia.UntilPeopleAreReadAsync(user);
        }
    }

    /// <returns>Who it is, and the frames that the page sends and gets.</returns>
    private async Task<(Person Person, ConcurrentQueue<string> Frames)> ComeWatchedAsync(string name)
    {
        var person = await ComeAsync(name, path: "about:blank");
        var frames = new ConcurrentQueue<string>();
        person.Page.WebSocket += (_, socket) =>
        {
            socket.FrameSent += (_, frame) => frames.Enqueue(frame.Text!);
            socket.FrameReceived += (_, frame) => frames.Enqueue(frame.Text!);
        };
        await person.Page.GotoAsync("/?room=dev");
        await person.SignInAsync(name);
        await Expect(person.Title).ToHaveTextAsync("dev");
        return (person, frames);
    }

    private static async Task PressAsync(Person person, ILocator what, Func<Task> meanwhile)
    {
        await what.HoverAsync();
        await person.Page.Mouse.DownAsync();
        await meanwhile();
        await person.Page.Mouse.UpAsync();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
    }
}
