using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>
/// The tokens of an account, near their end. What the server answers to a log-in is passed on with an access token that
/// it issued for less than a minute only; everything else is as it comes.
/// </summary>
public sealed class RenewalTests(Chromium chromium) : AccountTest(chromium)
{
    // Less than the notice that the server gives, so that it is told at once; and more than a slow machine takes to connect.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(50);

    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _sockets = new();
    private readonly ConcurrentQueue<string> _frames = new();
    private int _renewals;

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task They_are_renewed_before_their_end_whatever_the_browsers_clock_says(int yearsAhead)
    {
        var alice = await BeginAsync(yearsAhead);
        await UntilAsync(() => Frames("token") == 1);
        // The server has taken the other token when it takes what is sent after it.
        await alice.SendAsync("here");
        await alice.SeesAsync("here");
        Embedded.Outlive(Short);
        await alice.SendAsync("still here");
        await alice.SeesAsync("here", "still here");
        Assert.Single(_sockets);
        Assert.Equal(1, _renewals);
    }

    [Fact]
    public async Task Those_that_could_not_be_renewed_in_time_are_renewed_after_4001_and_nothing_is_lost()
    {
        Faults.Expect("Failed to load resource");
        var isDown = true;
        var alice = await BeginAsync(0, route => isDown ? route.AbortAsync() : route.ContinueAsync());
        await alice.SendAsync("before");
        await alice.SeesAsync("before");
        Embedded.Outlive(Short);
        await Expect(alice.Banner).ToContainTextAsync("Offline");
        await alice.SendAsync("meanwhile");
        await Expect(alice.Waiting).ToHaveTextAsync(["meanwhile"]);
        isDown = false;
        await alice.SeesAsync("before", "meanwhile");
        await Expect(alice.Banner).ToBeHiddenAsync();
        Assert.Equal(2, _sockets.Count);
    }

    [Fact]
    public async Task Of_several_tabs_one_renews_them_for_all()
    {
        var held = new TaskCompletionSource();
        var alice = await BeginAsync(0, async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        var tab = new Person(await alice.Page.Context.NewPageAsync());
        await tab.Page.GotoAsync("/?room=lobby");
        await Expect(tab.Title).ToHaveTextAsync("lobby");
        await UntilAsync(() => Frames("token_expiring") == 2);
        held.SetResult();
        await UntilAsync(() => Frames("token") == 2);
        Assert.Equal(1, _renewals);
        Assert.Single(_frames.Where(frame => Is(frame, "token")).Select(frame => JsonNode.Parse(frame)!["token"]!.GetValue<string>()).Distinct());
        await alice.SendAsync("hello");
        await tab.SeesAsync("hello");
    }

    [Fact]
    public async Task An_access_token_that_ended_while_the_page_was_closed_is_renewed_when_it_is_opened()
    {
        var alice = await BeginAsync(0, lifetime: TimeSpan.FromHours(1));
        await Kept.SwapAsync(alice.Page, Embedded.IssueToken("alice", TimeSpan.FromSeconds(-1)));
        await alice.Page.ReloadAsync();
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        await alice.SendAsync("good morning");
        await alice.SeesAsync("good morning");
        Assert.Equal(1, _renewals);
    }

    [Fact]
    public async Task A_refresh_token_that_is_none_leads_to_the_log_in_which_says_why()
    {
        Faults.Expect("Failed to load resource");
        var alice = await BeginAsync(0, lifetime: TimeSpan.FromHours(1));
        await Kept.SwapAsync(alice.Page, "forged", "forged too");
        await alice.Page.ReloadAsync();
        await Expect(alice.Page.Locator("#log-in-form")).ToBeVisibleAsync();
        await Expect(alice.LastWords).Not.ToHaveTextAsync("");
        Assert.Null(await Kept.ReadAsync(alice.Page));
    }

    [Fact]
    public async Task The_refresh_token_and_the_access_token_stand_in_no_address()
    {
        var alice = await BeginAsync(0);
        await UntilAsync(() => Frames("token") > 0);
        await alice.Page.ReloadAsync();
        await UntilAsync(() => _sockets.Count > 1);
        Assert.Contains(_requests, url => url.EndsWith("/api/accounts/refresh", StringComparison.Ordinal));
        var tokens = (await Kept.ReadAsync(alice.Page))!;
        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken })
        {
            // All tokens begin so.
            var start = token[..16];
            Assert.DoesNotContain(_requests.Concat(_sockets), url => url.Contains(start, StringComparison.Ordinal));
        }
    }

    /// <param name="yearsAhead">What the browser's clock is wrong by.</param>
    /// <param name="renew">What becomes of a request for new tokens.</param>
    /// <param name="lifetime">Of the first access token.</param>
    private async Task<Person> BeginAsync(int yearsAhead, Func<IRoute, Task>? renew = null, TimeSpan? lifetime = null)
    {
        var alice = await ComeAsync("alice");
        var context = alice.Page.Context;
        await context.AddInitScriptAsync($"{{ const now = Date.now; Date.now = () => now() + {yearsAhead} * 365 * 86_400_000; }}");
        alice.Page.Context.Page += (_, page) => Watch(page);
        Watch(alice.Page);
        await context.RouteAsync("**/api/accounts/refresh", async route =>
        {
            Interlocked.Increment(ref _renewals);
            await (renew?.Invoke(route) ?? route.ContinueAsync());
        });
        await context.RouteAsync("**/api/accounts/register", async route =>
        {
            var answer = await route.FetchAsync();
            var tokens = JsonNode.Parse(await answer.TextAsync())!;
            tokens["accessToken"] = Embedded.IssueToken("alice", lifetime ?? Short);
            await route.FulfillAsync(new() { Response = answer, Body = tokens.ToJsonString() });
        });
        await alice.Page.ReloadAsync();
        await alice.RegisterAsync("alice", Password);
        await Expect(alice.Title).ToHaveTextAsync("lobby");
        return alice;
    }

    private void Watch(IPage page)
    {
        page.Request += (_, request) => _requests.Enqueue(request.Url);
        page.WebSocket += (_, socket) =>
        {
            _sockets.Enqueue(socket.Url);
            socket.FrameSent += (_, frame) => _frames.Enqueue(frame.Text!);
            socket.FrameReceived += (_, frame) => _frames.Enqueue(frame.Text!);
        };
    }

    private int Frames(string type) => _frames.Count(frame => Is(frame, type));

    private static bool Is(string frame, string type) => frame.StartsWith($"{{\"type\":\"{type}\"", StringComparison.Ordinal);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition()) await Task.Delay(50, patience.Token);
    }
}
