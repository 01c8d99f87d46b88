using OrleansChat.Browser.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>Links with a token, sent to people who have accounts.</summary>
public sealed class TokenLinkTests(Chromium chromium) : AccountTest(chromium)
{
    [Fact]
    public async Task A_link_with_somebody_s_token_makes_nobody_that_somebody()
    {
        var link = $"{Lobby}#token={Embedded.IssueToken("mallory", TimeSpan.FromHours(1))}";
        var stranger = await ComeAsync("a stranger");
        await stranger.Page.GotoAsync("about:blank");
        await stranger.Page.GotoAsync(link);
        await Expect(stranger.Page.Locator("#log-in-form")).ToBeVisibleAsync();

        var alice = await RegisterAsync("alice");
        await alice.Page.GotoAsync("about:blank");
        await alice.Page.GotoAsync(link);
        await alice.SendAsync("still me");
        await alice.SeesAsync("still me");
        Assert.Equal("1 alice: still me", Assert.Single(await alice.LinesAsync()));
    }
}
