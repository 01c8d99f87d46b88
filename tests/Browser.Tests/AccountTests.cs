using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>People with accounts of the server's own.</summary>
public sealed class AccountTests(Chromium chromium) : AccountTest(chromium)
{
    [Fact]
    public async Task Somebody_registers_chats_reloads_and_logs_in_elsewhere()
    {
        var alice = await RegisterAsync("alice", "Alice L.");
        await Expect(alice.Page.Locator("#me")).ToContainTextAsync("Alice L.");
        await alice.SendAsync("hello");
        await alice.SeesAsync("hello");
        await alice.Page.ReloadAsync();
        await alice.SeesAsync("hello");

        var laptop = await ComeAsync("alice's laptop", path: Lobby);
        await laptop.LogInAsync("alice", Password);
        await laptop.SeesAsync("hello");
        await laptop.SendAsync("from the laptop");
        await alice.SeesAsync("hello", "from the laptop");
        Assert.Equal(["1 alice: hello", "2 alice: from the laptop"], await alice.LinesAsync());
        Assert.Equal(new Uri(Server.Address, "/?room=lobby").ToString(), alice.Page.Url);
    }

    [Fact]
    public async Task What_the_server_has_against_it_stands_at_the_field_that_it_is_about()
    {
        Faults.Expect(Refused);
        await RegisterAsync("alice");
        var bob = await ComeAsync("bob");
        var form = bob.Page.Locator("#register-form");
        await bob.RegisterAsync("alice", Password);
        await Expect(form.Locator("[data-error=user]")).ToContainTextAsync("'alice' is taken");
        await Expect(form.GetByLabel("User name")).ToBeFocusedAsync();
        await Expect(form.GetByLabel("User name")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(form.GetByLabel("User name")).ToHaveAccessibleDescriptionAsync(
            "How others find you: letters, digits, _ - and . 'alice' is taken, or differs from a taken one in case alone.");

        await form.GetByLabel("User name").FillAsync("bob");
        await form.GetByLabel("Password", new() { Exact = true }).FillAsync("short");
        await bob.Page.Keyboard.PressAsync("Enter");
        await Expect(form.Locator("[data-error=password]")).ToContainTextAsync("at least 8 characters");
        await Expect(form.Locator("[data-error=user]")).ToHaveTextAsync("");
        await Expect(form.GetByLabel("User name")).Not.ToHaveAttributeAsync("aria-invalid", "true");
        await bob.PictureAsync("register-refused");

        await form.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await bob.Page.Keyboard.PressAsync("Enter");
        await Expect(bob.Title).ToHaveTextAsync("lobby");
    }

    [Theory]
    [InlineData("alice", "wrong horse battery")]
    [InlineData("nobody", Password)]
    public async Task A_wrong_password_and_an_unknown_user_are_told_in_the_same_words(string user, string password)
    {
        Faults.Expect(Refused);
        await RegisterAsync("alice");
        var mallory = await ComeAsync("mallory", path: Lobby);
        await mallory.LogInAsync(user, password);
        await Expect(mallory.Page.Locator("#log-in-form [data-error='']"))
            .ToHaveTextAsync("There is no such user with this password, or the account is locked for some minutes.");
        await Expect(mallory.Page.Locator("#app")).ToBeHiddenAsync();
        await mallory.PictureAsync("log-in-refused");
        await mallory.LogInAsync("alice", Password);
        await Expect(mallory.Title).ToHaveTextAsync("lobby");
    }

    [Fact]
    public async Task A_password_is_shown_on_request_and_hidden_again_when_it_is_sent()
    {
        Faults.Expect(Refused);
        var alice = await ComeAsync("alice");
        var field = alice.Page.Locator("#log-in-password");
        var button = alice.Page.Locator("#log-in-form").GetByRole(AriaRole.Button, new() { Name = "Show password" });
        await Expect(alice.Page.Locator("#log-in-user")).ToBeFocusedAsync();
        await Expect(alice.Page.Locator("#log-in-user")).ToHaveAttributeAsync("autocomplete", "username");
        await Expect(field).ToHaveAttributeAsync("autocomplete", "current-password");
        await Expect(field).ToHaveAttributeAsync("type", "password");
        await field.FillAsync("secret");
        await button.ClickAsync();
        await Expect(field).ToHaveAttributeAsync("type", "text");
        await Expect(button).ToHaveAttributeAsync("aria-pressed", "true");
        await alice.LogInAsync("alice", Password);
        await Expect(field).ToHaveAttributeAsync("type", "password");
        await Expect(alice.Page.Locator("#log-in-form [data-error='']")).Not.ToHaveTextAsync("");
        await Expect(alice.Page.Locator("#register-password")).ToHaveAttributeAsync("autocomplete", "new-password");
    }

    [Fact]
    public async Task Registering_and_logging_in_need_no_mouse()
    {
        var alice = await ComeAsync("alice");
        var keys = alice.Page.Keyboard;
        await Expect(alice.Page.Locator("#log-in-user")).ToBeFocusedAsync();
        await alice.Page.Locator("#to-register").FocusAsync();
        await keys.PressAsync("Enter");
        await Expect(alice.Page.Locator("#register-user")).ToBeFocusedAsync();
        await keys.TypeAsync("alice");
        await keys.PressAsync("Tab");
        await keys.PressAsync("Tab");
        await keys.TypeAsync(Password);
        await keys.PressAsync("Enter");
        await Expect(alice.Composer).ToBeFocusedAsync();

        await alice.Page.GetByTestId("account-menu").FocusAsync();
        await keys.PressAsync("Enter");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Enter");
        // Whose it was is still known.
        await Expect(alice.Page.Locator("#log-in-password")).ToBeFocusedAsync();
        await keys.TypeAsync(Password);
        await keys.PressAsync("Enter");
        await Expect(alice.RoomItem("lobby")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Who_logs_out_everywhere_is_logged_out_in_the_other_browser_too_which_says_why()
    {
        Faults.Expect(Refused);
        var phone = await RegisterAsync("alice");
        var library = await ComeAsync("alice at the library", path: Lobby);
        await library.LogInAsync("alice", Password);
        await library.SendAsync("private words");
        await Expect(library.Stored).ToHaveCountAsync(1);
        await phone.ChooseOfAccountAsync("Log out everywhere");
        await Expect(library.LastWords).ToHaveTextAsync("Logged out everywhere.");
        await Expect(library.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        await Expect(library.Messages).ToHaveCountAsync(0);
        await Expect(phone.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        foreach (var person in new[] { phone, library })
        {
            await person.Page.ReloadAsync();
            await Expect(person.Page.Locator("#log-in-form")).ToBeVisibleAsync();
            Assert.Null(await Kept.ReadAsync(person.Page));
        }

        await library.LogInAsync("alice", Password);
        await library.SeesAsync("private words");
    }

    [Fact]
    public async Task Another_password_ends_the_other_browser_and_not_this_one_nor_its_other_tab()
    {
        Faults.Expect(Refused);
        var alice = await RegisterAsync("alice");
        var tab = await AnotherTabAsync(alice);
        var thief = await ComeAsync("thief", path: Lobby);
        await thief.LogInAsync("alice", Password);
        await Expect(thief.Title).ToHaveTextAsync("lobby");

        await alice.ChooseOfAccountAsync("Change password…");
        var dialog = alice.Page.Locator("#password-dialog");
        await dialog.GetByLabel("Current password", new() { Exact = true }).FillAsync("wrong");
        await dialog.GetByLabel("New password", new() { Exact = true }).FillAsync("another long one");
        await alice.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog.Locator("[data-error=current]")).ToContainTextAsync("Current is not your password");
        await dialog.GetByLabel("Current password", new() { Exact = true }).FillAsync(Password);
        // The server puts these out as well, in its own time: what was under way then is told to have failed.
        var back = Task.WhenAll(ComesBackAsync(alice), ComesBackAsync(tab));
        await alice.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToBeHiddenAsync();
        await back;

        await Expect(thief.LastWords).ToHaveTextAsync("The password was changed.");
        foreach (var person in new[] { alice, tab })
        {
            await Expect(person.Banner).ToBeHiddenAsync();
            await Expect(person.Page.Locator("#app")).ToBeVisibleAsync();
        }

        await alice.SendAsync("still me");
        await tab.SeesAsync("still me");
        await tab.SendAsync("and here");
        await alice.SeesAsync("still me", "and here");
        await thief.LogInAsync("alice", "another long one");
        await Expect(thief.Title).ToHaveTextAsync("lobby");
    }

    [Fact]
    public async Task Who_is_suspended_reads_why_and_so_does_who_tries_to_log_in()
    {
        Faults.Expect(Refused);
        var mallory = await RegisterAsync("mallory");
        await Embedded.User("mallory").Suspend("root", until: null, "insults");
        await Expect(mallory.LastWords).ToContainTextAsync("insults", new() { IgnoreCase = true });
        await mallory.LogInAsync("mallory", Password);
        await Expect(mallory.Page.Locator("#log-in-form [data-error='']")).ToContainTextAsync("suspended", new() { IgnoreCase = true });
        await Embedded.User("mallory").Unsuspend("root", null);
        await mallory.LogInAsync("mallory", Password);
        await Expect(mallory.Title).ToHaveTextAsync("lobby");
    }

    [Fact]
    public async Task The_tabs_of_a_browser_log_in_and_out_together()
    {
        var alice = await RegisterAsync("alice");
        await RegisterAsync("bob");
        var tab = await AnotherTabAsync(alice);
        await alice.ChooseOfAccountAsync("Log out");
        await Expect(alice.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        await Expect(tab.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        await tab.LogInAsync("bob", Password);
        await Expect(alice.Page.Locator("#me")).ToContainTextAsync("bob");
        await alice.OpenAsync("lobby");
        await alice.SendAsync("I am bob");
        await tab.SeesAsync("I am bob");
        Assert.Equal("1 bob: I am bob", Assert.Single(await tab.LinesAsync()));
    }

    [Fact]
    public async Task While_the_server_cannot_be_reached_the_page_says_so_and_goes_on_when_it_can()
    {
        Faults.Expect(Refused);
        var alice = await ComeAsync("alice");
        await alice.Page.RouteAsync("**/api/auth", route => route.AbortAsync());
        await alice.Page.ReloadAsync();
        await Expect(alice.Page.Locator("#sign-in-waiting")).ToContainTextAsync("cannot be reached");
        await alice.Page.UnrouteAllAsync();
        await Expect(alice.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        await Expect(alice.Page.Locator("#sign-in-waiting")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("light", ColorScheme.Light, 1280)]
    [InlineData("dark", ColorScheme.Dark, 1280)]
    [InlineData("phone", ColorScheme.Light, 360)]
    public async Task The_forms_fit_the_screen_in_light_in_dark_and_on_a_phone(string look, ColorScheme scheme, int width)
    {
        Faults.Expect(Refused);
        var alice = await ComeAsync("alice", new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 780 } }, Lobby);
        await alice.LogInAsync("alice", "wrong");
        await Expect(alice.Page.Locator("#log-in-form [data-error='']")).Not.ToHaveTextAsync("");
        await AssertFitsAsync(alice);
        await alice.PictureAsync($"log-in-{look}");
        await alice.RegisterAsync("alice", "short");
        await Expect(alice.Page.Locator("#register-form [data-error=password]")).Not.ToHaveTextAsync("");
        await AssertFitsAsync(alice);
        await alice.PictureAsync($"register-{look}");
        await alice.Page.Locator("#register-password").FillAsync(Password);
        await alice.Page.Keyboard.PressAsync("Enter");
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        if (width < 640) await alice.Page.Locator("#back").ClickAsync();
        await alice.Page.GetByTestId("account-menu").ClickAsync();
        await AssertFitsAsync(alice);
        await alice.PictureAsync($"account-menu-{look}");
        await alice.MenuItems.First.ClickAsync();
        await AssertFitsAsync(alice);
        await alice.PictureAsync($"password-{look}");
    }

    private static async Task AssertFitsAsync(Person person) => Assert.True(
        await person.Page.EvaluateAsync<bool>(
            """
            () => document.documentElement.scrollWidth <= innerWidth
              && [...document.querySelectorAll('button, input, .menu, dialog[open]')].every((element) => {
                const { width, left, right } = element.getBoundingClientRect();
                return width <= 1 || (left >= 0 && right <= innerWidth);
              })
            """),
        "Something lies beyond the edge of the screen.");
}
