using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

public sealed class RoomTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_room_is_created_found_by_its_topic_and_joined()
    {
        var alice = await JoinAsync("alice");
        await CreateAsync(alice, "weekend plans", "Where to hike", "Everyone");
        await Expect(alice.Title).ToHaveTextAsync("weekend-plans");
        await Expect(alice.Page.Locator("#room-topic")).ToHaveTextAsync("Where to hike");
        await alice.SendAsync("Who is in?");

        var bob = await JoinAsync("bob");
        await bob.Page.GetByTestId("find-room").ClickAsync();
        await bob.Page.GetByTestId("find-query").FillAsync("HIKE");
        var found = bob.Page.GetByTestId("find-result");
        await Expect(found).ToHaveCountAsync(1);
        await Expect(found).ToContainTextAsync("weekend-plans");
        await Expect(found).ToContainTextAsync("1 member");
        await Expect(found).ToContainTextAsync("Join");
        await bob.PictureAsync("find");
        await found.ClickAsync();
        await Expect(bob.Title).ToHaveTextAsync("weekend-plans");
        await bob.SeesAsync("Who is in?");
        await bob.SendAsync("Me!");
        await alice.SeesAsync("Who is in?", "Me!");
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_where_it_was_typed()
    {
        var alice = await JoinAsync("alice", "dev");
        await FillAsync(alice, "dev", "", "Everyone");
        var dialog = alice.Page.Locator("#new-room-dialog");
        await Expect(dialog.Locator(".field-error")).ToContainTextAsync("dev");
        await Expect(dialog).ToBeVisibleAsync();
        await alice.PictureAsync("new-room");
    }

    [Fact]
    public async Task A_private_room_is_seen_by_those_invited_alone()
    {
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob");
        var carol = await JoinAsync("carol");
        await CreateAsync(alice, "surprise", "For carol", "Invited people");
        await Expect(alice.Title).ToHaveTextAsync("surprise");

        await carol.Page.GetByTestId("find-room").ClickAsync();
        await Expect(carol.Page.GetByTestId("find-result")).ToHaveCountAsync(1);
        await Expect(carol.Page.GetByTestId("find-result")).ToContainTextAsync("lobby");
        await carol.Page.Keyboard.PressAsync("Escape");
        await carol.Page.GotoAsync("/?room=surprise");
        await carol.IsToldAsync("surprise could not be opened.");
        await Expect(carol.RoomItem("surprise")).ToHaveCountAsync(0);

        await alice.Page.GetByTestId("invite").ClickAsync();
        var dialog = alice.Page.Locator("#invite-dialog");
        await dialog.GetByLabel("Their name").FillAsync("bob");
        await alice.PictureAsync("invite");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        await bob.OpenAsync("surprise");
        await bob.SendAsync("what is it?");
        await alice.SeesAsync("what is it?");
        // Inviting into it is for moderators and owners.
        await bob.Page.GetByTestId("room-menu").ClickAsync();
        await Expect(bob.MenuItems).ToHaveTextAsync(["Leave…"]);
        await Expect(bob.Page.GetByTestId("leave")).ToBeVisibleAsync();
        await Expect(bob.Page.GetByTestId("invite")).ToHaveCountAsync(0);
        await Expect(carol.RoomItem("surprise")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_address_may_spell_the_room_in_another_way()
    {
        var alice = await JoinAsync("alice");
        await alice.Page.GotoAsync("/?room=dm:bob:alice");
        await Expect(alice.Title).ToHaveTextAsync("bob");
        await alice.SendAsync("hello");
        await alice.SeesAsync("hello");
        await alice.Page.GotoAsync("/?room=cafe\u0301");
        await Expect(alice.Title).ToHaveTextAsync("caf\u00e9");
        await Expect(alice.RoomItem("caf\u00e9")).ToHaveAttributeAsync("aria-current", "page");
    }

    [Fact]
    public async Task Who_leaves_a_room_is_back_at_the_list_and_no_longer_online_in_it()
    {
        var alice = await JoinAsync("alice", "dev");
        var bob = await JoinAsync("bob", "dev");
        await Expect(alice.OnlineCount).ToHaveTextAsync("2 online");
        await bob.Page.GetByTestId("leave").ClickAsync();
        await Expect(bob.Page.Locator("#leave-dialog")).ToContainTextAsync("You can join again at any time.");
        await bob.Page.Locator("#leave-dialog").GetByRole(AriaRole.Button, new() { Name = "Leave" }).ClickAsync();
        await Expect(bob.RoomItem("dev")).ToHaveCountAsync(0);
        await Expect(bob.Page.Locator("#welcome")).ToBeVisibleAsync();
        await Expect(alice.OnlineCount).ToHaveTextAsync("1 online");
        await Expect(alice.Listed("bob")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_click_on_a_person_opens_the_direct_chat_of_the_two()
    {
        var alice = await JoinAsync("Alice");
        var ming = await JoinAsync("小明");
        await alice.Listed("小明").ClickAsync();
        await Expect(alice.Title).ToHaveTextAsync("小明");
        await alice.SendAsync("psst");

        await Expect(ming.Unread("dm:Alice:小明")).ToHaveTextAsync("1");
        await Expect(ming.RoomItem("dm:Alice:小明")).ToContainTextAsync("Alice");
        await ming.OpenAsync("dm:Alice:小明");
        await ming.SeesAsync("psst");
        await ming.SendAsync("yes?");
        await alice.SeesAsync("psst", "yes?");
        await Expect(alice.OnlineCount).ToHaveTextAsync("2 online");
        await Expect(ming.Page.GetByTestId("people")).ToHaveTextAsync("PeopleOnline (2)AAlice小小明you");
        await ming.PictureAsync("direct");
    }

    private static async Task CreateAsync(Person person, string name, string topic, string forWhom)
    {
        await FillAsync(person, name, topic, forWhom);
        await Expect(person.Page.Locator("#new-room-dialog")).ToBeHiddenAsync();
    }

    private static async Task FillAsync(Person person, string name, string topic, string forWhom)
    {
        await person.Page.GetByTestId("new-room").ClickAsync();
        var dialog = person.Page.Locator("#new-room-dialog");
        await dialog.GetByLabel("Name").FillAsync(name);
        await dialog.GetByLabel("Topic").FillAsync(topic);
        await dialog.GetByLabel(forWhom).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
    }
}
