using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>Owners and moderators at the page, and those whom they moderate.</summary>
public sealed class ModerationTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task An_owner_makes_a_moderator_who_sets_the_topic_for_everybody()
    {
        var (olga, bob) = await OwnerAndAsync("bob");
        await bob.Page.GetByTestId("room-menu").ClickAsync();
        await Expect(bob.MenuItems).ToHaveTextAsync(["Invite…", "Leave…"]);
        await bob.Page.Keyboard.PressAsync("Escape");
        await olga.ChooseAsync("bob", "Make moderator");
        await olga.AnswerAsync("Make moderator", reason: "knows everybody");
        await Expect(bob.Listed("bob")).ToContainTextAsync("moderator");
        await Expect(olga.Listed("bob")).ToContainTextAsync("moderator");

        await bob.ChooseAsync("Edit topic…");
        var dialog = bob.Page.Locator("#topic-dialog");
        await Expect(dialog.GetByLabel("Topic")).ToHaveValueAsync("Rules apply");
        await dialog.GetByLabel("Topic").FillAsync("Where to hike");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        foreach (var person in new[] { olga, bob })
        {
            await Expect(person.Page.Locator("#room-topic")).ToHaveTextAsync("Where to hike");
            await Expect(person.Happenings).ToContainTextAsync(["bob set the topic to “Where to hike”"]);
        }

        await olga.ChooseAsync("bob", "Make member");
        await olga.AnswerAsync("Make member");
        await Expect(bob.Listed("bob").Locator(".tag")).ToHaveTextAsync(["you"]);
        await bob.Page.GetByTestId("room-menu").ClickAsync();
        await Expect(bob.MenuItems).ToHaveTextAsync(["Invite…", "Leave…"]);
    }

    [Fact]
    public async Task A_topic_can_be_removed_and_is_there_again_after_a_reload()
    {
        var (olga, bob) = await OwnerAndAsync("bob");
        foreach (var topic in new[] { "cats", "" })
        {
            await olga.ChooseAsync("Edit topic…");
            await olga.Page.Locator("#topic-dialog").GetByLabel("Topic").FillAsync(topic);
            await olga.Page.Keyboard.PressAsync("Enter");
            await Expect(bob.Page.Locator("#room-topic")).ToHaveTextAsync(topic);
        }

        string[] lines = ["olga set the topic to “cats”", "olga removed the topic"];
        await Expect(bob.Happenings).ToContainTextAsync(lines);
        await bob.Page.ReloadAsync();
        await Expect(bob.Happenings).ToContainTextAsync(lines);
        await Expect(bob.Page.Locator("#room-topic")).ToHaveTextAsync("");
    }

    [Fact]
    public async Task Who_is_muted_sees_it_and_until_when_and_that_it_is_over()
    {
        var (olga, bob) = await OwnerAndAsync("bob");
        await olga.ChooseAsync("bob", "Mute…");
        await olga.AnswerAsync("Mute", duration: "1 hour", reason: "cool down");
        await Expect(bob.Notice).ToContainTextAsync("You are muted in this room until ");
        await bob.SendAsync("may I?");
        await Expect(bob.Page.Locator(".failure")).ToContainTextAsync("Not sent. You are muted in this room.");
        Assert.Empty(await bob.ToldAsync());
        await bob.PictureAsync("muted");

        // It is there again after a reload.
        await bob.Page.ReloadAsync();
        await Expect(bob.Notice).ToContainTextAsync("You are muted in this room until ");
        await olga.ChooseAsync("bob", "Unmute");
        await Expect(bob.Notice).ToBeHiddenAsync();
        await bob.SendAsync("thank you");
        await olga.SeesAsync("thank you");
        // Before that she is offered no mute.
        await Expect(olga.MuteOf("bob")).ToHaveCountAsync(0);

        await olga.ChooseAsync("bob", "Mute…");
        await olga.AnswerAsync("Mute", duration: "Until it is lifted");
        await Expect(bob.Notice).ToContainTextAsync("You are muted in this room: you can read");
    }

    [Fact]
    public async Task Who_is_removed_may_come_back_and_who_is_banned_may_not_until_that_is_lifted()
    {
        var (olga, bob) = await OwnerAndAsync("bob");
        await olga.ChooseAsync("bob", "Remove…");
        await olga.AnswerAsync("Remove", reason: "spam");
        await bob.IsToldAsync("You are no longer in dev.");
        await Expect(bob.RoomItem("dev")).ToHaveCountAsync(0);
        await Expect(olga.Listed("bob")).ToHaveCountAsync(0);
        await bob.Page.GotoAsync("/?room=dev");
        await Expect(bob.Title).ToHaveTextAsync("dev");

        await olga.ChooseAsync("bob", "Ban…");
        await olga.AnswerAsync("Ban", duration: "1 day");
        await Expect(bob.RoomItem("dev")).ToHaveCountAsync(0);
        await bob.Page.GotoAsync("/?room=dev");
        await bob.IsToldAsync("dev could not be opened.");
        await olga.ChooseAsync("Lift a ban…");
        await olga.Page.Locator("#act-dialog").GetByLabel("Their user name").FillAsync("bob");
        await olga.AnswerAsync("Lift the ban");
        await bob.Page.GotoAsync("/?room=dev");
        await Expect(bob.Title).ToHaveTextAsync("dev");
    }

    [Fact]
    public async Task An_archived_room_can_be_read_and_is_written_in_again_when_it_is_restored()
    {
        var (olga, bob) = await OwnerAndAsync("bob");
        await bob.SendAsync("before");
        await olga.SeesAsync("before");
        await olga.ChooseAsync("Archive…");
        await olga.AnswerAsync("Archive", reason: "the project is over");
        foreach (var person in new[] { olga, bob })
        {
            await Expect(person.Notice).ToContainTextAsync("This room is archived");
            await Expect(person.Composer).ToBeHiddenAsync();
            await Expect(person.Happenings).ToContainTextAsync(["olga archived this room: the project is over"]);
        }

        // Who was writing is told where they are.
        await Expect(bob.Title).ToBeFocusedAsync();
        await Expect(bob.Notice.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await bob.Page.ReloadAsync();
        await bob.SeesAsync("before");
        await Expect(bob.Notice).ToContainTextAsync("This room is archived");
        await Expect(bob.Composer).ToBeHiddenAsync();
        var carol = await JoinAsync("carol", "dev");
        await Expect(carol.Notice).ToContainTextAsync("This room is archived");

        await olga.Notice.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(bob.Notice).ToBeHiddenAsync();
        await Expect(bob.Happenings).ToHaveCountAsync(2);
        await bob.SendAsync("after");
        await olga.SeesAsync("before", "after");
    }

    [Fact]
    public async Task The_last_owner_hands_over_before_leaving()
    {
        var (olga, bob) = await OwnerAndAsync("bob");
        await olga.ChooseAsync("Leave…");
        var dialog = olga.Page.Locator("#leave-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Leave" }).ClickAsync();
        await Expect(dialog.Locator(".field-error")).ToHaveTextAsync("A room keeps its last owner: somebody else must be made one first.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Stay" }).ClickAsync();

        await olga.ChooseAsync("bob", "Make owner");
        await olga.AnswerAsync("Make owner");
        await Expect(bob.Listed("bob")).ToContainTextAsync("owner");
        await olga.ChooseAsync("Leave…");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Leave" }).ClickAsync();
        await Expect(olga.RoomItem("dev")).ToHaveCountAsync(0);
        await olga.IsToldAsync("You have left dev.");
    }

    [Fact]
    public async Task Who_blocks_somebody_reads_so_and_neither_can_write_to_the_other()
    {
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob");
        await alice.Listed("bob").ClickAsync();
        await Expect(alice.Title).ToHaveTextAsync("bob");
        await alice.SendAsync("hello");
        await bob.OpenAsync("dm:alice:bob");
        await bob.SeesAsync("hello");

        await bob.ChooseAsync("Block");
        await Expect(bob.Notice).ToContainTextAsync("You have blocked alice");
        await alice.SendAsync("are you there?");
        await Expect(alice.Page.Locator(".failure")).ToContainTextAsync("Not sent. One of you has blocked the other.");
        Assert.Empty(await alice.ToldAsync());
        await bob.Page.ReloadAsync();
        await Expect(bob.Notice).ToContainTextAsync("You have blocked alice");
        await bob.PictureAsync("blocked");
        await bob.Notice.GetByRole(AriaRole.Button, new() { Name = "Unblock" }).ClickAsync();
        await Expect(bob.Notice).ToBeHiddenAsync();
        await alice.Page.GetByTestId("retry").ClickAsync();
        await bob.SeesAsync("hello", "are you there?");
    }

    [Fact]
    public async Task Menus_and_their_questions_need_no_mouse()
    {
        var (olga, _) = await OwnerAndAsync("bob");
        var keys = olga.Page.Keyboard;
        var opener = olga.MenuOf("bob");
        await opener.FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(opener).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(olga.MenuItems.First).ToBeFocusedAsync();
        await keys.PressAsync("ArrowUp");
        await Expect(olga.MenuItems.Last).ToBeFocusedAsync();
        await keys.PressAsync("Home");
        await keys.PressAsync("ArrowDown");
        await Expect(olga.MenuItems.Nth(1)).ToBeFocusedAsync();
        await keys.PressAsync("Escape");
        await Expect(olga.MenuItems).ToHaveCountAsync(0);
        await Expect(opener).ToBeFocusedAsync();
        await Expect(opener).ToHaveAttributeAsync("aria-expanded", "false");

        await keys.PressAsync("Enter");
        var before = (await olga.MenuItems.AllInnerTextsAsync()).TakeWhile(choice => choice != "Mute…").Count();
        for (var item = 0; item < before; item++) await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Enter");
        var dialog = olga.Page.Locator("#act-dialog");
        await Expect(dialog).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(opener).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("light", ColorScheme.Light, 1280)]
    [InlineData("dark", ColorScheme.Dark, 1280)]
    [InlineData("phone", ColorScheme.Light, 390)]
    public async Task Menus_notices_and_lines_look_right_in_light_in_dark_and_on_a_phone(string look, ColorScheme scheme, int width)
    {
        await using var ravi = await Terminal.ConnectAsync(Server, "ravi", "Ravi");
        var olga = await JoinAsync("Olga", look: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 780 } });
        await using var owner = await Terminal.ConnectAsync(Server, "ming", "小明");
        await owner.CreateAsync("weekend", "Hikes, films and food");
        await ravi.JoinAsync("weekend");
        await ravi.SayAsync("weekend", "Saturday will be sunny all day ☀️", "Anyone up for the coast path?");
        await olga.Page.GotoAsync("/?room=weekend");
        await Expect(olga.Title).ToHaveTextAsync("weekend");
        await owner.GiveRoleAsync("weekend", "Olga", "owner");
        await owner.SetTopicAsync("weekend", "Hikes, films, food, and who brings the big thermos this time");
        await olga.SendAsync("Yes! I can bring the big thermos");
        await Expect(olga.Stored).ToHaveCountAsync(3);
        await Expect(olga.Happenings).ToHaveCountAsync(1);
        await olga.PictureAsync($"moderation-room-{look}");
        if (width < 1000) await olga.Page.Locator("#people-toggle").ClickAsync();
        await Expect(olga.Listed("Olga").Locator(".tag")).ToHaveTextAsync(["you", "owner"]);
        await olga.OpenMenuOfAsync("ravi");
        await Expect(olga.MenuItems).ToHaveTextAsync(["Message", "Make moderator", "Make owner", "Mute…", "Remove…", "Ban…", "Block"]);
        await olga.PictureAsync($"moderation-menu-{look}");
        await olga.MenuItems.Nth(3).ClickAsync();
        await Expect(olga.Page.Locator("#act-dialog")).ToBeVisibleAsync();
        await olga.PictureAsync($"moderation-mute-{look}");
        await olga.Page.Keyboard.PressAsync("Escape");
        if (width < 1000) await olga.Page.GetByTestId("people").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await olga.Page.GetByTestId("room-menu").ClickAsync();
        await olga.PictureAsync($"room-menu-{look}");
        await olga.Page.Keyboard.PressAsync("Escape");
        await owner.ArchiveAsync("weekend", archived: true, "the weekend is over, see you in the next one");
        await Expect(olga.Notice).ToBeVisibleAsync();
        await Expect(olga.Happenings).ToHaveCountAsync(2);
        await olga.PictureAsync($"archived-{look}");
        Assert.Equal(0, await olga.Page.EvaluateAsync<int>(
            """
            () => [...document.querySelectorAll('#room *')].filter((element) => {
              const { width, left, right } = element.getBoundingClientRect();
              return width > 1 && (left < 0 || right > innerWidth);
            }).length
            """));
    }

    private async Task<(Person Owner, Person Other)> OwnerAndAsync(string other)
    {
        var olga = await JoinAsync("olga");
        await olga.Page.GetByTestId("new-room").ClickAsync();
        var dialog = olga.Page.Locator("#new-room-dialog");
        await dialog.GetByLabel("Name").FillAsync("dev");
        await dialog.GetByLabel("Topic").FillAsync("Rules apply");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(olga.Title).ToHaveTextAsync("dev");
        var joined = await JoinAsync(other, "dev");
        await Expect(olga.Listed(other)).ToBeVisibleAsync();
        await Expect(joined.Listed("olga")).ToBeVisibleAsync();
        return (olga, joined);
    }
}
