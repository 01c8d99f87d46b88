using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>An administrator of the server at the page, in rooms where they have no role.</summary>
public sealed class AdministratorTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task An_administrator_is_offered_in_a_room_what_its_owners_may_do_and_does_it()
    {
        var olga = await ComeWithTokenAsync("olga", "lobby");
        await MakeRoomAsync(olga, "dev");
        var bob = await ComeWithTokenAsync("bob", "dev");
        var root = await ComeWithTokenAsync("root", "dev");
        await Expect(root.Listed("olga")).ToContainTextAsync("owner");
        await Expect(root.Listed("root").Locator(".tag")).ToHaveTextAsync(["you"]);
        await root.Page.GetByTestId("room-menu").ClickAsync();
        await Expect(root.MenuItems).ToHaveTextAsync(["Edit topic…", "Invite…", "Lift a ban…", "Archive…", "Leave…"]);
        await root.Page.Keyboard.PressAsync("Escape");
        await root.OpenMenuOfAsync("olga");
        await Expect(root.MenuItems).ToHaveTextAsync(["Message", "Make moderator", "Make member", "Mute…", "Remove…", "Ban…", "Block"]);
        await root.Page.Keyboard.PressAsync("Escape");
        await root.OpenMenuOfAsync("root");
        await Expect(root.MenuItems).ToHaveTextAsync(["Make yourself moderator", "Make yourself owner"]);
        await root.Page.Keyboard.PressAsync("Escape");

        // Nobody else is offered anything about them that would be refused, and olga remains what she was.
        await bob.OpenMenuOfAsync("root");
        await Expect(bob.MenuItems).ToHaveTextAsync(["Message", "Block"]);
        await bob.Page.Keyboard.PressAsync("Escape");

        await root.ChooseAsync("olga", "Mute…");
        await root.AnswerAsync("Mute", duration: "1 hour");
        await Expect(olga.Notice).ToContainTextAsync("You are muted in this room until ");
        await root.ChooseAsync("olga", "Unmute");
        await Expect(olga.Notice).ToBeHiddenAsync();

        await root.ChooseAsync("Edit topic…");
        await root.Page.Locator("#topic-dialog").GetByLabel("Topic").FillAsync("Under new management");
        await root.Page.Keyboard.PressAsync("Enter");
        await Expect(olga.Page.Locator("#room-topic")).ToHaveTextAsync("Under new management");
        await root.ChooseAsync("Archive…");
        await root.AnswerAsync("Archive");
        await Expect(olga.Notice).ToContainTextAsync("This room is archived");
        await root.Notice.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(olga.Notice).ToBeHiddenAsync();

        await root.ChooseAsync("bob", "Ban…");
        await root.AnswerAsync("Ban");
        await Expect(bob.RoomItem("dev")).ToHaveCountAsync(0);
        await root.ChooseAsync("Lift a ban…");
        await root.Page.Locator("#act-dialog").GetByLabel("Their user name").FillAsync("bob");
        await root.AnswerAsync("Lift the ban");
        await bob.Page.GotoAsync("/?room=dev");
        await Expect(bob.Title).ToHaveTextAsync("dev");
    }

    [Fact]
    public async Task An_administrator_gives_a_room_without_owners_one_and_may_be_it()
    {
        var bob = await ComeWithTokenAsync("bob", "lobby");
        var root = await ComeWithTokenAsync("root", "lobby");
        await root.ChooseAsync("bob", "Make owner");
        await root.AnswerAsync("Make owner");
        await Expect(bob.Listed("bob").Locator(".tag")).ToHaveTextAsync(["you", "owner"]);
        await root.ChooseAsync("root", "Make yourself owner");
        await root.AnswerAsync("Make yourself owner");
        await Expect(root.Listed("root").Locator(".tag")).ToHaveTextAsync(["you", "owner"]);
        await root.ChooseAsync("bob", "Make member");
        await root.AnswerAsync("Make member");
        await Expect(bob.Listed("bob").Locator(".tag")).ToHaveTextAsync(["you"]);
        await root.ChooseAsync("root", "Step down to member");
        var dialog = root.Page.Locator("#act-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Step down" }).ClickAsync();
        await Expect(dialog.Locator(".field-error")).ToHaveTextAsync("A room keeps its last owner: somebody else must be made one first.");
    }

    [Fact]
    public async Task A_mute_does_not_bind_an_administrator_who_reads_nothing_of_being_kept_from_writing()
    {
        var olga = await ComeWithTokenAsync("olga", "lobby");
        await MakeRoomAsync(olga, "dev");
        var root = await ComeWithTokenAsync("root", "dev");
        await olga.ChooseAsync("root", "Mute…");
        await olga.AnswerAsync("Mute", duration: "Until it is lifted");
        await Expect(root.MuteOf("root")).ToHaveAccessibleNameAsync("muted for good");
        await Expect(root.Notice).ToBeHiddenAsync();
        await root.Composer.PressSequentiallyAsync("all the same");
        await root.Composer.PressAsync("Enter");
        await olga.SeesAsync("all the same");
        // What is answered to the typing comes before what is answered to the message.
        await root.SeesAsync("all the same");
        Assert.Empty(await root.ToldAsync());
        await root.ChooseAsync("root", "Unmute");
        await Expect(root.MuteOf("root")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task In_a_direct_room_an_administrator_is_like_everybody()
    {
        var bob = await ComeWithTokenAsync("bob", "lobby");
        var root = await ComeWithTokenAsync("root", "lobby");
        await bob.Listed("root").ClickAsync();
        await Expect(bob.Title).ToHaveTextAsync("root");
        await bob.SendAsync("hello");
        await root.OpenAsync("dm:bob:root");
        await root.SeesAsync("hello");
        await root.Page.GetByTestId("room-menu").ClickAsync();
        await Expect(root.MenuItems).ToHaveTextAsync(["Block"]);
        await root.Page.Keyboard.PressAsync("Escape");
        await root.OpenMenuOfAsync("bob");
        await Expect(root.MenuItems).ToHaveTextAsync(["Message", "Block"]);
        await Expect(root.MenuOf("root")).ToHaveCountAsync(0);
    }

    private async Task<Person> ComeWithTokenAsync(string user, string room)
    {
        var token = ((EmbeddedServer)Server).IssueToken(user, TimeSpan.FromHours(1));
        var person = await ComeAsync(user, path: $"/?room={room}#token={token}");
        await Expect(person.Title).ToHaveTextAsync(room);
        return person;
    }

    private static async Task MakeRoomAsync(Person owner, string room)
    {
        await owner.Page.GetByTestId("new-room").ClickAsync();
        await owner.Page.Locator("#new-room-dialog").GetByLabel("Name").FillAsync(room);
        await owner.Page.Keyboard.PressAsync("Enter");
        await Expect(owner.Title).ToHaveTextAsync(room);
    }

    private protected override async Task<IChatServer> StartServerAsync() => await EmbeddedServer.StartAsync(
        "--Auth:Mode=Tokens", "--Auth:ApiKeys:0:Name=shop", $"--Auth:ApiKeys:0:Hash={new string('0', 64)}", "--Auth:Administrators:0=root");
}
