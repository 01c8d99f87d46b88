using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Playwright;

namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>
/// What went on at the pages of a test. It is told when the test has failed, for whoever reads of it may have nothing but
/// the text: what each page showed, its last frames, and what its console said.
/// </summary>
internal sealed class Diary
{
    private const int LastLines = 30;
    private const int LongestLine = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly long _begin = TimeProvider.System.GetTimestamp();
    private readonly ConcurrentQueue<Entry> _pages = new();

    /// <summary>Notes what goes on at all pages of a browser from now on.</summary>
    public void Watch(IBrowserContext context, string who) => context.Page += (_, page) =>
    {
        var entry = new Entry(who, page);
        _pages.Enqueue(entry);
        page.Console += (_, message) => Note(entry, $"console {message.Type}: {message.Text}");
        page.PageError += (_, error) => Note(entry, $"uncaught: {error}");
        page.RequestFailed += (_, request) => Note(entry, $"failed: {request.Method} {request.Url}: {request.Failure}");
        page.FrameNavigated += (_, frame) => Note(entry, $"is at {frame.Url}");
        page.Close += (_, _) => Note(entry, "is closed");
        page.WebSocket += (_, socket) =>
        {
            Note(entry, "opens a socket");
            socket.FrameSent += (_, frame) => Note(entry, $"> {frame.Text}");
            socket.FrameReceived += (_, frame) => Note(entry, $"< {frame.Text}");
            socket.Close += (_, _) => Note(entry, "its socket is closed");
        };
    };

    /// <summary>Looks at each page that is still open, and takes a picture of it.</summary>
    public async Task<string> DescribeAsync()
    {
        var text = new StringBuilder();
        foreach (var (page, number) in _pages.Select((page, index) => (page, index + 1)))
        {
            text.Append(CultureInfo.InvariantCulture, $"{page.Who}, page {number}: ").AppendLine(await LookAsync(page.Page, number));
            foreach (var line in page.Lines) text.AppendLine(line);
        }

        return text.ToString();
    }

    private static async Task<string> LookAsync(IPage page, int number)
    {
        if (page.IsClosed) return "closed";
        try
        {
            var path = Screenshots.Named($"failed-{TestContext.Current.TestMethod?.MethodName}-{number}");
            var shown = await page.EvaluateAsync<string>(Shown).WaitAsync(Patience);
            await page.ScreenshotAsync(new() { Path = path }).WaitAsync(Patience);
            return $"{shown}\n  picture: {Screenshots.Short(path)}";
        }
        catch (Exception error) when (error is PlaywrightException or TimeoutException)
        {
            return $"it cannot be looked at: {error.Message}";
        }
    }

    private void Note(Entry page, string what)
    {
        var line = what.Length > LongestLine ? $"{what[..LongestLine]}… ({what.Length} characters)" : what;
        page.Lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"  {TimeProvider.System.GetElapsedTime(_begin).TotalSeconds:0.000} {line}"));
        while (page.Lines.Count > LastLines) page.Lines.TryDequeue(out _);
    }

    // Of each part what a person would see; of fields what stands in them.
    private const string Shown =
        """
        () => {
          const parts = { 'sign-in': '#sign-in', banner: '#banner', rooms: '#room-list', room: '#room-title', topic: '#room-topic',
            messages: '#timeline', typing: '#typing', notice: '#room-notice', people: '#people', menu: '.menu', dialog: 'dialog[open]',
            toasts: '#toasts' };
          const text = (element) => (element.checkVisibility() ? element.innerText.replace(/\s+/g, ' ').trim().slice(-1500) : '');
          const focused = document.activeElement;
          const lines = [`${location.href} “${document.title}”, the focus is on <${focused?.localName} id=${focused?.id} ${focused?.dataset.testid ?? ''}>`];
          for (const [name, selector] of Object.entries(parts)) {
            for (const element of document.querySelectorAll(selector)) if (text(element) !== '') lines.push(`  ${name}: ${text(element)}`);
          }
          for (const field of document.querySelectorAll('input, textarea')) {
            if (field.checkVisibility() && field.value !== '' && field.type !== 'radio') lines.push(`  in #${field.id || field.name}: ${field.value.slice(0, 300)}`);
          }
          return lines.join('\n');
        }
        """;

    private sealed record Entry(string Who, IPage Page)
    {
        public ConcurrentQueue<string> Lines { get; } = new();
    }
}
