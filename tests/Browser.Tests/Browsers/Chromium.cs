using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(OrleansChat.Browser.Tests.Browsers.Chromium))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>The system's own Chromium, started once for all tests. Nothing is downloaded for it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    // A safety net for a busy machine; a test that goes right never waits so long.
    private const float Patience = 60_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var executable = Find();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = executable,
            Args =
            [
                // Chromium's sandbox refuses to run as root, which is what a container is.
                .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>(),
                "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
        Assertions.SetDefaultExpectTimeout(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A context of its own is a browser of its own: no storage or cookie is shared with another.</summary>
    internal async Task<IBrowserContext> OpenAsync(BrowserNewContextOptions look)
    {
        var context = await _browser!.NewContextAsync(look);
        context.SetDefaultTimeout(Patience);
        return context;
    }

    private static string Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "chromium"))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            "These tests need Debian's Chromium, and there is no `chromium` on the PATH: apt-get install chromium");
}
