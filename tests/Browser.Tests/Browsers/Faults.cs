using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>
/// What must not happen in any test, whatever it is about: errors on the console or uncaught, violations of the
/// page's content security policy, a request to any other host, a dialog that a script opened.
/// </summary>
internal sealed class Faults(Uri origin)
{
    // Chromium says so when the page dials anew because no connection came about in ten seconds, as on a busy machine.
    private const string DialledAnew = "WebSocket is closed before the connection is established";

    private readonly ConcurrentQueue<string> _seen = new();
    private readonly List<string> _expected = [];

    /// <summary>Console messages that contain this are no fault in this test.</summary>
    public void Expect(string part) => _expected.Add(part);

    public async Task WatchAsync(IBrowserContext context, string who)
    {
        // Told by the page itself, for not every violation finds its way to the console.
        await context.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', (v) => console.error(`violates ${v.violatedDirective}: ${v.blockedURI}`));");
        context.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Note(who, $"console {message.Type}: {message.Text}");
        };
        context.WebError += (_, error) => Note(who, $"uncaught: {error.Error}");
        context.Request += (_, request) => NoteForeign(who, request.Url);
        context.Dialog += async (_, dialog) =>
        {
            Note(who, $"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        context.Page += (_, page) => page.WebSocket += (_, socket) => NoteForeign(who, socket.Url);
    }

    public void AssertNone()
    {
        var faults = _seen.Where(fault => !fault.Contains(DialledAnew, StringComparison.Ordinal) && !_expected.Exists(fault.Contains)).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private void NoteForeign(string who, string url)
    {
        if (new Uri(url).Authority != origin.Authority) Note(who, $"a request to another origin: {url}");
    }

    private void Note(string who, string fault) => _seen.Enqueue($"{who}: {fault}");
}
