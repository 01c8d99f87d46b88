using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>A server and people at its page. Ends with the question whether anything went wrong behind the scenes.</summary>
public abstract class BrowserTest(Chromium chromium) : IAsyncLifetime
{
    // A browser that says nothing of being closed for so long will not.
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(30);

    private readonly List<IBrowserContext> _contexts = [];
    private readonly Diary _diary = new();

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
        // The server did not start.
        if (Faults is null) return;
        var hasFailed = TestContext.Current.TestState?.Result == TestResult.Failed;
        var seen = hasFailed ? await _diary.DescribeAsync() : "";
        foreach (var context in _contexts) await CloseAsync(context);
        await Server.DisposeAsync();
        if (hasFailed) Assert.Fail($"What there was to see when it failed:\n{seen}");
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
        var person = await ComeAsync(name, look, $"/?room={Uri.EscapeDataString(room)}");
        await person.SignInAsync(name);
        await Expect(person.Title).ToHaveTextAsync(room);
        return person;
    }

    private async Task<Person> ComeAsync(string who, IBrowserContext context, string path)
    {
        _contexts.Add(context);
        await Faults.WatchAsync(context, who);
        await Person.NoteToastsAsync(context);
        _diary.Watch(context, who);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        return new Person(page);
    }

    /// <summary>
    /// Chromium can forget to answer when a page is being loaded at that moment. That says nothing of the test: what it left
    /// behind ends with the browser.
    /// </summary>
    private static async Task CloseAsync(IBrowserContext context)
    {
        try
        {
            await context.CloseAsync().WaitAsync(ClosingTime);
        }
        catch (TimeoutException)
        {
            // Its own pages alone are still there.
        }
    }
}
