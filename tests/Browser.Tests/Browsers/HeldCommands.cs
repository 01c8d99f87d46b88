using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Playwright;

namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>A network on which a page's commands of one type are under way until the test lets them arrive, one after another.</summary>
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
        await page.RouteWebSocketAsync("**/ws*", route =>
        {
            var server = route.ConnectToServer();
            route.OnMessage(frame =>
            {
                if (TypeOf(frame.Text) != type) server.Send(frame.Text!);
                else if (!held._held.Writer.TryWrite(() => server.Send(frame.Text!))) throw new InvalidOperationException("more is held than the test can have meant");
            });
        });
        return held;
    }

    /// <summary>The next of them, as soon as the page has sent it: what lets it arrive.</summary>
    public async Task<Action> NextAsync() => await _held.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    private static string? TypeOf(string? frame)
    {
        using var command = JsonDocument.Parse(frame!);
        return command.RootElement.GetProperty("type").GetString();
    }
}
