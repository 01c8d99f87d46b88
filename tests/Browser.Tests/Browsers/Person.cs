using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>Somebody at the page, in a browser of their own.</summary>
internal sealed class Person(IPage page)
{
    public IPage Page { get; } = page;

    public ILocator Messages => Page.GetByTestId("message");

    /// <summary>The texts of messages that have their place in the room.</summary>
    public ILocator Stored => Page.Locator("#entries").GetByTestId("message-text");

    /// <summary>The texts of messages that are on their way.</summary>
    public ILocator Waiting => Page.Locator(".message[data-state=sending]").GetByTestId("message-text");

    public ILocator Texts => Page.GetByTestId("message-text");

    public ILocator Banner => Page.GetByTestId("banner");

    public ILocator Composer => Page.GetByTestId("composer");

    public ILocator Timeline => Page.GetByTestId("timeline");

    public ILocator OnlineCount => Page.GetByTestId("online-count");

    public ILocator Typing => Page.GetByTestId("typing");

    public ILocator Toast => Page.GetByTestId("toast");

    public ILocator Title => Page.Locator("#room-title");

    public ILocator RoomItem(string room) => Page.Locator($".room-item[data-room='{room}']");

    public ILocator Unread(string room) => RoomItem(room).GetByTestId("unread");

    /// <summary>Somebody's line in the list of people.</summary>
    public ILocator Listed(string user) => Page.Locator($".person[data-user='{user}']");

    /// <summary>What says in the list of people that somebody is muted.</summary>
    public ILocator MuteOf(string user) => Listed(user).GetByTestId("muted");

    /// <summary>What happened in the room without being a message.</summary>
    public ILocator Happenings => Page.GetByTestId("happening");

    /// <summary>What keeps this person from writing.</summary>
    public ILocator Notice => Page.GetByTestId("room-notice");

    /// <summary>The choices of the menu that is open.</summary>
    public ILocator MenuItems => Page.GetByRole(AriaRole.Menuitem);

    /// <summary>What opens the menu about somebody in the list of people.</summary>
    public ILocator MenuOf(string user) => Page.Locator($".person-menu[data-menu-of='{user}']");

    /// <summary>Opens the menu about somebody in the list of people.</summary>
    public async Task OpenMenuOfAsync(string user)
    {
        await UntilPeopleAreReadAsync(user);
        await MenuOf(user).ClickAsync();
    }

    /// <summary>
    /// Waits until somebody is in the list of people, and the list is what the server says. Before that the page knows no more
    /// of them than that they are there.
    /// </summary>
    public async Task UntilPeopleAreReadAsync(string user)
    {
        await Expect(Listed(user)).ToBeVisibleAsync();
        await Expect(Page.GetByTestId("people")).Not.ToHaveAttributeAsync("aria-busy", "true");
    }

    /// <summary>Chooses from the menu about somebody in the list of people.</summary>
    public async Task ChooseAsync(string user, string choice)
    {
        await UntilPeopleAreReadAsync(user);
        await ChooseAsync(MenuOf(user), choice);
    }

    /// <summary>Chooses from the menu about the room.</summary>
    public Task ChooseAsync(string choice) => ChooseAsync(Page.GetByTestId("room-menu"), choice);

    /// <summary>Answers the question of how long and why.</summary>
    public async Task AnswerAsync(string button, string? duration = null, string? reason = null)
    {
        var dialog = Page.Locator("#act-dialog");
        if (duration is not null) await dialog.GetByLabel("For how long?").SelectOptionAsync(new SelectOptionValue { Label = duration });
        if (reason is not null) await dialog.GetByLabel("Reason").FillAsync(reason);
        await dialog.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
    }

    public async Task SignInAsync(string name)
    {
        await Page.GetByTestId("name-input").FillAsync(name);
        await Page.GetByTestId("name-submit").ClickAsync();
        await Expect(Page.Locator("#app")).ToBeVisibleAsync();
    }

    /// <summary>Makes an account.</summary>
    public async Task RegisterAsync(string user, string password, string name = "")
    {
        await Page.Locator("#to-register").ClickAsync();
        var form = Page.Locator("#register-form");
        await form.GetByLabel("User name").FillAsync(user);
        await form.GetByLabel("Display name").FillAsync(name);
        await form.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await form.GetByTestId("register").ClickAsync();
    }

    /// <summary>Logs in to an account.</summary>
    public async Task LogInAsync(string user, string password)
    {
        var form = Page.Locator("#log-in-form");
        await form.GetByLabel("User name").FillAsync(user);
        await form.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await form.GetByTestId("log-in").ClickAsync();
    }

    /// <summary>Why the last session ended.</summary>
    public ILocator LastWords => Page.GetByTestId("sign-in-notice");

    /// <summary>Chooses from the menu about this person's account.</summary>
    public Task ChooseOfAccountAsync(string choice) => ChooseAsync(Page.GetByTestId("account-menu"), choice);

    /// <summary>Enters a room of the list.</summary>
    public async Task OpenAsync(string room)
    {
        await RoomItem(room).ClickAsync();
        await Expect(RoomItem(room)).ToHaveAttributeAsync("aria-current", "page");
    }

    /// <summary>The network is said to have come back: the page tries at once instead of waiting out its backoff.</summary>
    public Task HurryAsync() => Page.EvaluateAsync("() => dispatchEvent(new Event('online'))");

    public async Task SendAsync(params string[] texts)
    {
        foreach (var text in texts)
        {
            await Composer.FillAsync(text);
            await Composer.PressAsync("Enter");
            await Expect(Composer).ToHaveValueAsync("");
        }
    }

    /// <summary>
    /// Notes from now on what is said of who is typing: it goes by itself after some seconds, whether anybody has looked or not.
    /// </summary>
    public Task WatchTypingAsync() => Page.EvaluateAsync(
        """
        () => {
          const place = document.getElementById('typing');
          window.typed = [];
          new MutationObserver(() => window.typed.push(place.textContent)).observe(place, { childList: true });
        }
        """);

    /// <summary>Waits until that was said of who is typing.</summary>
    public Task ReadsOfTypingAsync(string text) => Page.WaitForFunctionAsync("(text) => window.typed.includes(text)", text);

    /// <summary>What was said of who is typing.</summary>
    public Task<string[]> TypedAsync() => Page.EvaluateAsync<string[]>("() => window.typed");

    /// <summary>
    /// Waits until the page has told that in a toast since it was loaded: toasts go by themselves after some seconds, whether
    /// anybody has looked or not.
    /// </summary>
    public Task IsToldAsync(string text) => Page.WaitForFunctionAsync("(text) => window.told.some((toast) => toast.includes(text))", text);

    /// <summary>What the page has told in toasts since it was loaded.</summary>
    public Task<string[]> ToldAsync() => Page.EvaluateAsync<string[]>("() => window.told");

    /// <summary>Has the pages of a browser note what they tell in toasts.</summary>
    public static Task NoteToastsAsync(IBrowserContext context) => context.AddInitScriptAsync(
        """
        window.told = [];
        new MutationObserver((changes) => {
          for (const { addedNodes } of changes) {
            for (const node of addedNodes) if (node.dataset?.testid === 'toast') window.told.push(node.textContent);
          }
        }).observe(document, { childList: true, subtree: true });
        """);

    /// <summary>The conversation holds exactly these texts, in this order, each stored.</summary>
    public async Task SeesAsync(params string[] texts)
    {
        await Expect(Stored).ToHaveTextAsync(texts);
        await Expect(Texts).ToHaveCountAsync(texts.Length);
    }

    /// <summary>The seqs in the document, from top to bottom.</summary>
    public Task<int[]> SeqsAsync() => Page.EvaluateAsync<int[]>(
        "() => [...document.querySelectorAll('#entries .message')].map((message) => Number(message.dataset.seq))");

    /// <summary>Who wrote what, from top to bottom.</summary>
    public Task<string[]> LinesAsync() => Page.EvaluateAsync<string[]>(
        """
        () => [...document.querySelectorAll('#entries .message')].map((message) =>
          `${message.dataset.seq} ${message.dataset.from}: ${message.querySelector('.text').textContent}`)
        """);

    public Task PictureAsync(string name) => Page.ScreenshotAsync(new() { Path = Screenshots.Named(name) });

    private async Task ChooseAsync(ILocator opener, string choice)
    {
        await opener.ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = choice, Exact = true }).ClickAsync();
    }
}
