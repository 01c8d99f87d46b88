using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
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

/// <summary>The same where an application hands out tokens as well.</summary>
public sealed class TokenLinkBesideAccountsTests(Chromium chromium) : AccountTest(chromium)
{
    [Fact]
    public async Task Whoever_is_logged_in_stays_so_whatever_link_they_follow_and_others_are_let_in_by_it()
    {
        var link = $"{Lobby}#token={Embedded.IssueToken("shop-1", TimeSpan.FromHours(1))}";
        var alice = await RegisterAsync("alice");
        await alice.Page.GotoAsync("about:blank");
        await alice.Page.GotoAsync(link);
        await alice.IsToldAsync("You are logged in as alice");
        await alice.SendAsync("still me");
        await alice.SeesAsync("still me");
        // The tab has not kept it for later either.
        await alice.Page.ReloadAsync();
        await alice.SendAsync("and still");
        await alice.SeesAsync("still me", "and still");
        Assert.Equal(["1 alice: still me", "2 alice: and still"], await alice.LinesAsync());

        var customer = await ComeAsync("a customer");
        await customer.Page.GotoAsync("about:blank");
        await customer.Page.GotoAsync(link);
        await customer.SeesAsync("still me", "and still");
        await customer.SendAsync("and I");
        await alice.SeesAsync("still me", "and still", "and I");
        Assert.Equal("3 shop-1: and I", (await alice.LinesAsync())[2]);
    }

    private protected override async Task<IChatServer> StartServerAsync() => await EmbeddedServer.StartAsync(
        "--Auth:Mode=Accounts,Tokens", "--Auth:ForeignPrefix=shop-", "--Auth:ApiKeys:0:Name=shop", $"--Auth:ApiKeys:0:Hash={new string('0', 64)}");
}
