using Microsoft.Playwright;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;

namespace OrleansChat.Browser.Tests;

/// <summary>
/// chat-client.js by itself, in a real browser, with tokens of a real server. Beside the client are <c>asked</c>, what its
/// token function was asked; <c>sockets</c>, how often it has dialled; <c>handed</c>, the messages that it handed on.
/// </summary>
public sealed class LibraryTests(Chromium chromium) : BrowserTest(chromium)
{
    // Less than the notice that the server gives, so that it is told at once; and more than a slow machine takes to connect.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    // The client itself would try for a day.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private EmbeddedServer Embedded => (EmbeddedServer)Server;

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_token_is_replaced_before_its_end_and_the_connection_outlives_it(int yearsAhead)
    {
        var page = await OpenAsync(yearsAhead, (_, asked) => asked == 1 ? Embedded.IssueToken("alice", Short) : Embedded.IssueToken("alice", Hour));
        await UntilAsync(page, "() => given.length === 2 && asked[1].stale === given[0]");
        // The server has taken the other token when it takes what is sent after it.
        Assert.Equal(1, await SayAsync(page, "here"));
        Embedded.Outlive(Short);
        Assert.Equal(2, await SayAsync(page, "still here"));
        Assert.Equal(1, await page.EvaluateAsync<int>("() => sockets"));
        Assert.Equal(2, await page.EvaluateAsync<int>("() => asked.length"));
    }

    [Fact]
    public async Task A_token_that_could_not_be_replaced_ends_with_4001_and_no_send_is_lost_or_stored_twice()
    {
        var isDown = true;
        var page = await OpenAsync(0, (state, asked) => asked == 1 ? Embedded.IssueToken("alice", Short)
            : isDown ? throw new InvalidOperationException("the application is down")
            : Embedded.IssueToken("alice", Hour));
        await page.EvaluateAsync(
            """
            () => {
              window.sends = [];
              window.saying = setInterval(() => sends.push(client.send('dev', `message ${sends.length}`)), 20);
            }
            """);
        await UntilAsync(page, "() => asked.length > 1 && handed.length > 0");
        Embedded.Outlive(Short);
        await UntilAsync(page, "() => states.some(({ error }) => error?.closeCode === 4001)");
        isDown = false;
        await UntilAsync(page, "() => sockets === 2 && client.state === 'online'");
        await page.EvaluateAsync("() => clearInterval(saying)");
        var seqs = await page.EvaluateAsync<int[]>("async () => (await Promise.all(sends)).map(({ seq }) => seq)").WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(1, seqs.Length), seqs);
        await UntilAsync(page, "() => handed.length === sends.length");
        Assert.Equal(
            Enumerable.Range(0, seqs.Length).Select(number => $"message {number}"),
            await page.EvaluateAsync<string[]>("() => handed.map(({ text }) => text)"));
    }

    [Fact]
    public async Task A_token_that_had_ended_already_is_replaced_once_before_anybody_is_let_in()
    {
        var expired = Embedded.IssueToken("alice", TimeSpan.FromSeconds(-1));
        var page = await OpenAsync(0, (_, asked) => asked == 1 ? expired : Embedded.IssueToken("alice", Hour));
        Assert.Equal(1, await SayAsync(page, "in"));
        Assert.Equal(2, await page.EvaluateAsync<int>("() => sockets"));
    }

    [Fact]
    public async Task Revocation_ends_the_session_and_the_tokens_from_before_it_do_not_open_another()
    {
        var token = Embedded.IssueToken("alice", Hour);
        var page = await OpenAsync(0, (_, _) => token);
        await Embedded.User("alice").Revoke("root", "the phone was lost");
        await UntilAsync(page, "() => client.state === 'closed'");
        Assert.Equal(
            "removed: the phone was lost",
            await page.EvaluateAsync<string>("() => { const { error } = states.at(-1); return `${error.code}: ${error.message}`; }"));
        Assert.Equal("unauthorized", await page.EvaluateAsync<string>("() => client.connect().then(() => 'connected', ({ code }) => code)"));
        Assert.Equal(2, await page.EvaluateAsync<int>("() => sockets"));
    }

    [Fact]
    public async Task Another_users_token_is_refused_in_band_and_ends_the_session_when_it_is_all_there_is()
    {
        var page = await OpenAsync(0, (_, asked) => Embedded.IssueToken(asked == 1 ? "alice" : "bob", asked == 1 ? Short : Hour));
        await UntilAsync(page, "() => given.length === 2");
        Assert.Equal(1, await SayAsync(page, "still alice"));
        Embedded.Outlive(Short);
        await UntilAsync(page, "() => client.state === 'closed'");
        Assert.Equal("unauthorized", await page.EvaluateAsync<string>("() => states.at(-1).error.code"));
    }

    private protected override async Task<IChatServer> StartServerAsync() => await EmbeddedServer.StartAsync(
        "--Auth:Mode=Tokens", "--Auth:ApiKeys:0:Name=shop", $"--Auth:ApiKeys:0:Hash={new string('0', 64)}");

    /// <param name="yearsAhead">What the browser's clock is wrong by.</param>
    /// <param name="give">What gives tokens: how often it was asked comes with it, this time included.</param>
    private async Task<IPage> OpenAsync(int yearsAhead, Func<string?, int, string> give)
    {
        var page = (await ComeAsync("alice")).Page;
        var asked = 0;
        await page.ExposeFunctionAsync<string?, string?>("giveToken", stale =>
        {
            try
            {
                return give(stale, ++asked);
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        });
        await page.EvaluateAsync(
            """
            async (yearsAhead) => {
              const now = Date.now;
              Date.now = () => now() + yearsAhead * 365 * 86_400_000;
              const { ChatClient, ChatError } = await import('/chat-client.js');
              Object.assign(window, { asked: [], given: [], sockets: 0, states: [], handed: [] });
              class Counted extends WebSocket {
                constructor(...address) {
                  super(...address);
                  window.sockets++;
                }
              }
              window.client = new ChatClient({
                WebSocket: Counted,
                // However slow the machine is: who takes long is not dialled again.
                connectTimeoutMs: 60_000,
                requestTimeoutMs: 60_000,
                token: async (state) => {
                  asked.push(state);
                  const token = await giveToken(state.stale ?? null);
                  if (token === null) throw new ChatError('disconnected', 'down', { retryable: true });
                  given.push(token);
                  return token;
                },
              });
              client.on('state', (detail) => states.push(detail));
              client.on('message', (message) => handed.push(message));
              await client.connect();
              await client.join('dev');
            }
            """,
            yearsAhead).WaitAsync(Patience);
        return page;
    }

    private static Task<int> SayAsync(IPage page, string text) =>
        page.EvaluateAsync<int>("async (text) => (await client.send('dev', text)).seq", text).WaitAsync(Patience);

    private static Task UntilAsync(IPage page, string condition) => page.WaitForFunctionAsync(condition);
}
