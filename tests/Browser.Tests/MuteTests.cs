using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>What the list of people says of those who are muted, and to whom.</summary>
public sealed class MuteTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_mute_is_seen_by_who_may_lift_it_and_by_the_muted_and_by_nobody_else()
    {
        await using var owner = await OwnerAsync();
        var mia = await ModeratorAsync(owner);
        var bob = await JoinAsync("bob", "dev");
        await using var carol = await Terminal.ConnectAsync(Server, "carol");
        await carol.JoinAsync("dev");

        await mia.OpenMenuOfAsync("bob");
        await Expect(mia.MenuItems).ToHaveTextAsync(["Message", "Mute…", "Remove…", "Ban…", "Block"]);
        await mia.Page.Keyboard.PressAsync("Escape");
        await mia.ChooseAsync("bob", "Mute…");
        await mia.AnswerAsync("Mute", duration: "1 hour");
        foreach (var person in new[] { mia, bob })
        {
            var mark = person.MuteOf("bob");
            await Expect(mark).ToHaveCountAsync(1);
            Assert.Matches("^muted until .*[0-9]", await mark.GetAttributeAsync("aria-label"));
            Assert.Equal(await mark.GetAttributeAsync("aria-label"), await mark.GetAttributeAsync("title"));
            await Expect(person.Listed("bob")).ToMatchAriaSnapshotAsync("""- button /bob.*muted until/""");
        }

        await mia.PictureAsync("people-muted");
        var members = await carol.AskAsync(new() { ["type"] = "members", ["room"] = "dev" });
        Assert.DoesNotContain("mutedUntil", members.ToJsonString(), StringComparison.Ordinal);

        await mia.OpenMenuOfAsync("bob");
        await Expect(mia.MenuItems).ToHaveTextAsync(["Message", "Unmute", "Remove…", "Ban…", "Block"]);
        await mia.MenuItems.Nth(1).ClickAsync();
        foreach (var person in new[] { mia, bob }) await Expect(person.MuteOf("bob")).ToHaveCountAsync(0);

        await mia.ChooseAsync("bob", "Mute…");
        await mia.AnswerAsync("Mute", duration: "Until it is lifted");
        foreach (var person in new[] { mia, bob }) await Expect(person.MuteOf("bob")).ToHaveAccessibleNameAsync("muted for good");
    }

    [Fact]
    public async Task What_another_moderator_does_is_seen_although_nothing_tells_of_it()
    {
        await using var owner = await OwnerAsync();
        await using var bob = await Terminal.ConnectAsync(Server, "bob");
        var mia = await ModeratorAsync(owner);
        await bob.JoinAsync("dev");
        await Expect(mia.Listed("bob")).ToBeVisibleAsync();
        await owner.ModerateAsync("mute", "dev", "bob");
        // The time of the page runs as the test says.
        await mia.Page.Clock.FastForwardAsync("00:16");
        await Expect(mia.MuteOf("bob")).ToHaveAccessibleNameAsync("muted for good");

        await owner.ModerateAsync("unmute", "dev", "bob");
        await owner.GiveRoleAsync("dev", "bob", "owner");
        await mia.Page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(mia.MuteOf("bob")).ToHaveCountAsync(0);
        await Expect(mia.Listed("bob")).ToContainTextAsync("owner");
    }

    [Fact]
    public async Task A_mute_that_has_ended_is_seen_no_more()
    {
        await using var owner = await OwnerAsync();
        var mia = await ModeratorAsync(owner);
        var bob = await ComeByTheClockAsync("bob");
        await mia.ChooseAsync("bob", "Mute…");
        await mia.AnswerAsync("Mute", duration: "10 minutes");
        foreach (var person in new[] { mia, bob })
        {
            await Expect(person.MuteOf("bob")).ToHaveCountAsync(1);
            await person.Page.Clock.FastForwardAsync("08:00");
            await Expect(person.Banner).ToBeHiddenAsync();
            await Expect(person.MuteOf("bob")).ToHaveCountAsync(1);
            await person.Page.Clock.FastForwardAsync("02:30");
            await Expect(person.MuteOf("bob")).ToHaveCountAsync(0);
        }

        await Expect(bob.Notice).ToBeHiddenAsync();
        await mia.OpenMenuOfAsync("bob");
        await Expect(mia.MenuItems).ToHaveTextAsync(["Message", "Mute…", "Remove…", "Ban…", "Block"]);
    }

    [Fact]
    public async Task A_menu_stays_where_it_is_while_the_list_changes_and_gives_the_focus_back()
    {
        await using var owner = await OwnerAsync();
        await using var bob = await Terminal.ConnectAsync(Server, "bob");
        await using var carol = await Terminal.ConnectAsync(Server, "carol");
        var mia = await ModeratorAsync(owner);
        await bob.JoinAsync("dev");
        await mia.MenuOf("bob").FocusAsync();
        await mia.Page.Keyboard.PressAsync("Enter");
        await Expect(mia.MenuItems.First).ToBeFocusedAsync();
        await carol.JoinAsync("dev");
        await carol.SayAsync("dev", "hello");
        await mia.SeesAsync("hello");
        await Expect(mia.MenuItems.First).ToBeFocusedAsync();
        await Expect(mia.MenuOf("bob")).ToHaveAttributeAsync("aria-expanded", "true");
        await mia.Page.Keyboard.PressAsync("Escape");
        await Expect(mia.MenuOf("bob")).ToBeFocusedAsync();
        await Expect(mia.Listed("carol")).ToBeVisibleAsync();
        await Expect(mia.MenuOf("bob")).ToBeFocusedAsync();
    }

    private async Task<Terminal> OwnerAsync()
    {
        var owner = await Terminal.ConnectAsync(Server, "olga");
        await owner.CreateAsync("dev", "Rules apply");
        return owner;
    }

    private async Task<Person> ModeratorAsync(Terminal owner)
    {
        var mia = await ComeByTheClockAsync("mia");
        await owner.GiveRoleAsync("dev", "mia", "moderator");
        await Expect(mia.Listed("mia").Locator(".tag")).ToHaveTextAsync(["you", "moderator"]);
        return mia;
    }

    /// <summary>Somebody for whom time can be made to pass.</summary>
    private async Task<Person> ComeByTheClockAsync(string user)
    {
        var person = await ComeAsync(user);
        await person.Page.Clock.InstallAsync();
        await person.Page.GotoAsync("/?room=dev");
        await person.SignInAsync(user);
        await Expect(person.Title).ToHaveTextAsync("dev");
        return person;
    }
}
