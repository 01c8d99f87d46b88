using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>What a person sees of what the server does not do for them.</summary>
public sealed class RefusalTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_message_that_was_refused_says_why_and_is_sent_again_on_request()
    {
        await using var owner = await OwnerAsync();
        var bob = await JoinAsync("bob", "dev");
        await bob.SendAsync("allowed");
        await bob.SeesAsync("allowed");

        await owner.ModerateAsync("mute", "dev", "bob");
        await bob.SendAsync("not now", "and not this");
        var failures = bob.Page.Locator(".failure");
        await Expect(failures).ToHaveCountAsync(2);
        await Expect(failures.First).ToContainTextAsync("Not sent. You are muted in this room.");
        await bob.PictureAsync("refused");

        await failures.Last.GetByTestId("discard").ClickAsync();
        await Expect(failures).ToHaveCountAsync(1);
        await owner.ModerateAsync("unmute", "dev", "bob");
        await failures.GetByTestId("retry").ClickAsync();
        await bob.SeesAsync("allowed", "not now");
        await Expect(failures).ToHaveCountAsync(0);

        var carol = await JoinAsync("carol", "dev");
        await carol.SeesAsync("allowed", "not now");
    }

    [Fact]
    public async Task A_text_beyond_the_limit_stays_in_the_box_with_the_count_of_what_is_too_much()
    {
        var alice = await JoinAsync("alice");
        await alice.Composer.FillAsync(new string('x', 8 * 1024 + 5));
        var count = alice.Page.Locator("#composer-count");
        await Expect(count).ToHaveTextAsync("-5");
        await alice.Composer.PressAsync("Enter");
        await alice.PictureAsync("too-long");
        Assert.Equal(8 * 1024 + 5, (await alice.Composer.InputValueAsync()).Length);
        await Expect(alice.Messages).ToHaveCountAsync(0);

        // Five bytes less, and it goes.
        await alice.SendAsync(new string('x', 8 * 1024));
        await Expect(alice.Stored).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Who_is_removed_from_a_room_is_told_and_loses_it()
    {
        await using var owner = await OwnerAsync();
        var bob = await JoinAsync("bob", "dev");
        await owner.ModerateAsync("kick", "dev", "bob");
        await Expect(bob.Toast).ToHaveTextAsync(
            "You are no longer in dev. A moderator has removed you, or you have left it in another window. "
            + "Unless you are banned you can find it and join again.");
        await Expect(bob.RoomItem("dev")).ToHaveCountAsync(0);
        await Expect(bob.Page.Locator("#welcome")).ToBeVisibleAsync();
        await Expect(bob.Page.Locator("#welcome-title")).ToBeFocusedAsync();
        await bob.PictureAsync("removed");
    }

    [Fact]
    public async Task What_was_being_written_when_a_room_was_lost_is_there_for_who_comes_back()
    {
        await using var owner = await OwnerAsync();
        var bob = await JoinAsync("bob", "dev");
        await bob.Composer.FillAsync("half a sentence");
        await owner.ModerateAsync("kick", "dev", "bob");
        await bob.IsToldAsync("What you were writing is kept until then.");
        await bob.Page.GetByTestId("find-room").ClickAsync();
        await bob.Page.Locator("[data-testid=find-result][data-room=dev]").ClickAsync();
        await Expect(bob.Title).ToHaveTextAsync("dev");
        await Expect(bob.Composer).ToHaveValueAsync("half a sentence");
    }

    [Fact]
    public async Task What_is_asked_about_a_room_goes_with_it()
    {
        await using var owner = await OwnerAsync();
        var bob = await JoinAsync("bob", "dev");
        var question = bob.Page.Locator("#leave-dialog");
        await bob.ChooseAsync("Leave…");
        await Expect(question).ToBeVisibleAsync();
        await owner.ModerateAsync("ban", "dev", "bob");
        await Expect(question).ToBeHiddenAsync();
        await bob.IsToldAsync("You are no longer in dev.");

        // And so does a menu, but nothing that is about something else.
        await owner.ModerateAsync("unban", "dev", "bob");
        await bob.Page.GotoAsync("/?room=dev");
        await bob.Page.GetByTestId("room-menu").ClickAsync();
        await Expect(bob.MenuItems.First).ToBeFocusedAsync();
        await owner.ModerateAsync("kick", "dev", "bob");
        await Expect(bob.MenuItems).ToHaveCountAsync(0);
        await bob.Page.GotoAsync("/?room=dev");
        await Expect(bob.Title).ToHaveTextAsync("dev");
        await bob.Page.GetByTestId("new-room").ClickAsync();
        await owner.ModerateAsync("kick", "dev", "bob");
        await bob.IsToldAsync("You are no longer in dev.");
        await Expect(bob.Page.Locator("#new-room-dialog")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Who_is_banned_is_told_so_when_they_try_to_come_back()
    {
        await using var owner = await OwnerAsync();
        var bob = await JoinAsync("bob", "dev");
        await owner.ModerateAsync("ban", "dev", "bob");
        await Expect(bob.RoomItem("dev")).ToHaveCountAsync(0);
        await bob.Page.GotoAsync("/?room=dev");
        await bob.IsToldAsync("dev could not be opened. You are banned from this room.");
    }

    private async Task<Terminal> OwnerAsync()
    {
        var owner = await Terminal.ConnectAsync(Server, "olga");
        await owner.CreateAsync("dev", "Rules apply");
        return owner;
    }
}
