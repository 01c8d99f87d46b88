using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>A server with accounts, and people who have some.</summary>
public abstract class AccountTest(Chromium chromium) : BrowserTest(chromium)
{
    private protected const string Password = "correct horse battery";
    private protected const string Lobby = "/?room=lobby";
    /// <summary>What the console says of whatever the server refuses.</summary>
    private protected const string Refused = "Failed to load resource";

    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private protected EmbeddedServer Embedded => (EmbeddedServer)Server;

    private protected override async Task<IChatServer> StartServerAsync() => await EmbeddedServer.StartAsync("--Auth:Mode=Accounts");

    /// <summary>Makes an account, in a fresh browser.</summary>
    private protected async Task<Person> RegisterAsync(string user, string name = "")
    {
        var person = await ComeAsync(user, path: Lobby);
        await person.RegisterAsync(user, Password, name);
        await Expect(person.Title).ToHaveTextAsync("lobby");
        return person;
    }

    /// <summary>Opens the page once more, in a browser where somebody is logged in.</summary>
    private protected static async Task<Person> AnotherTabAsync(Person person)
    {
        var tab = new Person(await person.Page.Context.NewPageAsync());
        await tab.Page.GotoAsync(Lobby);
        await Expect(tab.Title).ToHaveTextAsync("lobby");
        return tab;
    }

    /// <summary>Waits until the page dials the server once more: from then on what is written waits for the connection.</summary>
    private protected static Task ComesBackAsync(Person person) => person.Page.WaitForWebSocketAsync();

    /// <summary>Keeps the server's answers about accounts back: to <c>login</c>, <c>refresh</c> …</summary>
    /// <returns>Done when the server has given one; and what lets them through.</returns>
    private protected async Task<(TaskCompletionSource Answered, TaskCompletionSource Held)> HoldAsync(IPage page, string what = "refresh")
    {
        var (answered, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        await page.RouteAsync($"**/api/accounts/{what}", async route =>
        {
            // The test itself knows the server by no other name.
            var answer = await route.FetchAsync(new()
            {
                Url = new Uri(Server.Address, $"/api/accounts/{what}").ToString(),
                Headers = new Dictionary<string, string>(route.Request.Headers) { ["host"] = PageAddress.Authority },
            });
            answered.TrySetResult();
            await held.Task;
            await route.FulfillAsync(new() { Response = answer });
        });
        return (answered, held);
    }
}
