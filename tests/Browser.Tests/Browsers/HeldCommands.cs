using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Playwright;

namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>
/// A network on which a page's commands of one type, or the answers to them, are under way until the test lets them arrive,
/// one after another.
/// </summary>
internal sealed class HeldCommands
{
    private readonly Channel<Action> _held = Channel.CreateBounded<Action>(16);

    private HeldCommands()
    {
    }

    /// <summary>Has to be there before the page connects.</summary>
    public static async Task<HeldCommands> OnAsync(IPage page, string type)
    {
        var held = new HeldCommands();
        await NeverGiveUpAsync(page);
        await page.RouteWebSocketAsync("**/ws*", route =>
        {
            var server = route.ConnectToServer();
            route.OnMessage(frame =>
            {
                if (TypeOf(frame.Text) != type) server.Send(frame.Text!);
                else held.Hold(() => server.Send(frame.Text!));
            });
        });
        return held;
    }

    /// <summary>As <see cref="OnAsync"/>, but the server has done them when they are under way: it is its answers that are.</summary>
    public static async Task<HeldCommands> AnswersOnAsync(IPage page, string type)
    {
        var held = new HeldCommands();
        await NeverGiveUpAsync(page);
        await page.RouteWebSocketAsync("**/ws*", route =>
        {
            var asked = new ConcurrentDictionary<int, bool>();
            var server = route.ConnectToServer();
            route.OnMessage(frame =>
            {
                if (TypeOf(frame.Text) == type) asked[IdOf(frame.Text)!.Value] = true;
                server.Send(frame.Text!);
            });
            server.OnMessage(frame =>
            {
                if (IdOf(frame.Text) is { } id && asked.ContainsKey(id)) held.Hold(() => route.Send(frame.Text!));
                else route.Send(frame.Text!);
            });
        });
        return held;
    }

    /// <summary>The next of them, as soon as it is under way: what lets it arrive.</summary>
    public async Task<Action> NextAsync() => await _held.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    // A page gives a command up after some seconds, and on a slow machine a test may take as long to let it arrive.
    private static Task NeverGiveUpAsync(IPage page) => page.RouteAsync("**/chat-client/options.js", async route =>
    {
        const string Patience = "requestTimeoutMs: 20_000";
        var options = await (await route.FetchAsync()).TextAsync();
        if (!options.Contains(Patience, StringComparison.Ordinal)) throw new InvalidOperationException($"{Patience} is not among the options any more");
        await route.FulfillAsync(new()
        {
            ContentType = "text/javascript",
            Body = options.Replace(Patience, "requestTimeoutMs: 600_000", StringComparison.Ordinal),
        });
    });

    private void Hold(Action pass)
    {
        if (!_held.Writer.TryWrite(pass)) throw new InvalidOperationException("more is held than the test can have meant");
    }

    private static int? IdOf(string? frame)
    {
        using var command = JsonDocument.Parse(frame!);
        return command.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number ? id.GetInt32() : null;
    }

    private static string? TypeOf(string? frame)
    {
        using var command = JsonDocument.Parse(frame!);
        return command.RootElement.GetProperty("type").GetString();
    }
}
