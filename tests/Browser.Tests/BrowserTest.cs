using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>A server and people at its page. Ends with the question whether anything went wrong behind the scenes.</summary>
public abstract class BrowserTest(Chromium chromium) : IAsyncLifetime
{
    private readonly List<IBrowserContext> _contexts = [];

    private protected IChatServer Server { get; private set; } = null!;

    private protected Faults Faults { get; private set; } = null!;

    /// <summary>Where people find the page.</summary>
    private protected virtual Uri PageAddress => Server.Address;

    public async ValueTask InitializeAsync()
    {
        Server = await StartServerAsync();
        Faults = new Faults(PageAddress);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        // Chromium can forget to answer when a page is being loaded at that moment: a test that fails says more than none.
        foreach (var context in _contexts) await context.CloseAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await Server.DisposeAsync();
        Faults.AssertNone();
    }

    private protected virtual async Task<IChatServer> StartServerAsync() => await EmbeddedServer.StartAsync();

    /// <summary>Opens the page in a fresh browser, before anybody has signed in.</summary>
    private protected async Task<Person> ComeAsync(string who, BrowserNewContextOptions? look = null, string path = "/")
    {
        look ??= new();
        look.BaseURL = PageAddress.ToString();
        look.Locale = "en-GB";
        look.ViewportSize ??= new() { Width = 1280, Height = 800 };
        return await ComeAsync(who, await chromium.OpenAsync(look), path);
    }

    /// <summary>Opens the page in a browser that keeps nothing for any site, as its owner has told it.</summary>
    private protected async Task<Person> ComeWithoutStorageAsync(string who, string path = "/") =>
        await ComeAsync(who, await chromium.OpenWithoutStorageAsync(PageAddress), path);

    /// <summary>Signs in, and enters a room by its address.</summary>
    private protected async Task<Person> JoinAsync(string name, string room = "lobby", BrowserNewContextOptions? look = null)
    {
        var person = await ComeAsync(name, look);
        await person.Page.GotoAsync($"/?room={Uri.EscapeDataString(room)}");
        await person.SignInAsync(name);
        await Expect(person.Title).ToHaveTextAsync(room);
        return person;
    }

    private async Task<Person> ComeAsync(string who, IBrowserContext context, string path)
    {
        _contexts.Add(context);
        await Faults.WatchAsync(context, who);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        return new Person(page);
    }
}
