using System.Collections.Concurrent;
using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>People whom an application sends to the page with a token of theirs.</summary>
public sealed class TokenTests(Chromium chromium) : BrowserTest(chromium)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private EmbeddedServer Embedded => (EmbeddedServer)Server;

    [Fact]
    public async Task A_token_in_the_fragment_lets_in_and_leaves_the_address_at_once()
    {
        var token = Embedded.IssueToken("alice", Hour, "Alice L.");
        var alice = await ComeAsync("alice");
        var asked = new ConcurrentQueue<string>();
        alice.Page.Request += (_, request) => asked.Enqueue(request.Url);
        alice.Page.WebSocket += (_, socket) => asked.Enqueue(socket.Url);
        await alice.Page.GotoAsync("about:blank");
        await alice.Page.GotoAsync($"/?room=dev#token={token}");
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await Expect(alice.Page.Locator("#me")).ToContainTextAsync("Alice L.");
        Assert.Equal(new Uri(Server.Address, "/?room=dev").ToString(), alice.Page.Url);
        Assert.Contains(asked, url => url.StartsWith("ws://", StringComparison.Ordinal));
        Assert.DoesNotContain(asked, url => url.Contains(token[..20], StringComparison.Ordinal));

        // It is there again after a reload, and in this tab alone.
        await alice.SendAsync("hello");
        await alice.Page.ReloadAsync();
        await alice.SeesAsync("hello");
        Assert.Equal("1 alice: hello", Assert.Single(await alice.LinesAsync()));
        Assert.Equal(0, await alice.Page.EvaluateAsync<int>("() => localStorage.length"));
        await alice.Page.GoBackAsync();
        Assert.DoesNotContain("token", alice.Page.Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/?token=TOKEN")]
    [InlineData("/?access_token=TOKEN&user=alice")]
    public async Task Without_a_token_in_the_fragment_the_page_says_where_to_get_one(string path)
    {
        var token = Embedded.IssueToken("alice", Hour);
        var nobody = await ComeAsync("nobody", path: path.Replace("TOKEN", token, StringComparison.Ordinal));
        await Expect(nobody.Page.Locator("#token-needed")).ToContainTextAsync("Come here from the application that you use");
        await Expect(nobody.Page.Locator("#app")).ToBeHiddenAsync();
        await Expect(nobody.Page.Locator("form:visible")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_token_that_is_none_is_told_so_and_forgotten()
    {
        var mallory = await ComeAsync("mallory", path: $"/#token={Embedded.IssueToken("alice", Hour)[..^8]}");
        await Expect(mallory.Page.GetByTestId("sign-in-notice")).ToContainTextAsync("The token is none of this server's");
        await mallory.PictureAsync("token-needed");
        await mallory.Page.ReloadAsync();
        await Expect(mallory.Page.Locator("#token-needed")).ToBeVisibleAsync();
        await Expect(mallory.Page.GetByTestId("sign-in-notice")).ToHaveTextAsync("");
    }

    [Fact]
    public async Task A_token_that_ends_ends_the_session_and_the_page_says_why()
    {
        var lifetime = TimeSpan.FromMinutes(5);
        var alice = await ComeAsync("alice", path: $"/?room=dev#token={Embedded.IssueToken("alice", lifetime)}");
        await Expect(alice.Title).ToHaveTextAsync("dev");
        Embedded.Outlive(lifetime);
        await Expect(alice.Page.GetByTestId("sign-in-notice")).ToContainTextAsync("The token has expired.");
        await Expect(alice.Page.Locator("#app")).ToBeHiddenAsync();

        // The application sends them here again, with the page still open.
        var token = Embedded.IssueToken("alice", Hour);
        await alice.Page.EvaluateAsync("(token) => { location.hash = `token=${token}`; }", token);
        await Expect(alice.Title).ToHaveTextAsync("dev");
        Assert.DoesNotContain("token", alice.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_removed_reads_why_and_may_come_back_if_the_token_still_holds()
    {
        var alice = await ComeAsync("alice", path: $"/?room=dev#token={Embedded.IssueToken("alice", Hour)}");
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await Embedded.User("alice").DisconnectAll("root", "the server is being cleaned");
        await Expect(alice.Banner).ToContainTextAsync("The server has ended this session: disconnected by an administrator: the server is being cleaned");
        await alice.Banner.GetByRole(AriaRole.Button, new() { Name = "Connect again" }).ClickAsync();
        await Expect(alice.Banner).ToBeHiddenAsync();
        await alice.SendAsync("back");
        await alice.SeesAsync("back");

        await Embedded.User("alice").Revoke("root", "the phone was lost");
        await Expect(alice.Banner).ToContainTextAsync("the phone was lost");
        await alice.Banner.GetByRole(AriaRole.Button, new() { Name = "Connect again" }).ClickAsync();
        await Expect(alice.Page.GetByTestId("sign-in-notice")).ToContainTextAsync("revoked");
        await Expect(alice.Page.Locator("#app")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_token_of_one_room_opens_that_room_alone()
    {
        var alice = await ComeAsync("alice", path: $"/?room=dev#token={Embedded.IssueToken("alice", Hour, null, "dev")}");
        await Expect(alice.Title).ToHaveTextAsync("dev");
        await alice.SendAsync("hello");
        await alice.SeesAsync("hello");
        await alice.Page.GotoAsync("/?room=lobby");
        await alice.IsToldAsync("lobby could not be opened.");
    }

    private protected override async Task<IChatServer> StartServerAsync() => await EmbeddedServer.StartAsync(
        "--Auth:Mode=Tokens", "--Auth:ApiKeys:0:Name=shop", $"--Auth:ApiKeys:0:Hash={new string('0', 64)}");
}
