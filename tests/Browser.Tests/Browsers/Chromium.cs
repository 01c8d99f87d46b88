using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(OrleansChat.Browser.Tests.Browsers.Chromium))]

namespace OrleansChat.Browser.Tests.Browsers;

/// <summary>The system's own Chromium, started once for all tests. Nothing is downloaded for it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    // A safety net for a busy machine; a test that goes right never waits so long.
    private const float Patience = 60_000;

    /// <summary>
    /// With the first three each window loads two more pages, for an address bar that nobody sees: half of all that the
    /// browser would do. Of several lists the last one counts, so the rest is what Playwright turns off itself.
    /// </summary>
    private static readonly string[] Unwanted =
    [
        "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
        "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "DialMediaRouteProvider", "GlobalMediaControls",
        "HttpsUpgrades", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
        "BlockOriginHeaderModificationOnRedirect", "AvoidCorsURLLoaderRestartOnRedirect", "Translate", "OptimizationHints",
        "NetworkTimeServiceQuerying", "AimEnabled",
    ];

    private static readonly string[] Arguments =
    [
        // Chromium's sandbox refuses to run as root, which is what a container is.
        .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>(),
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
        $"--host-resolver-rules=MAP {ElsewhereHost} 127.0.0.1",
        $"--disable-features={string.Join(',', Unwanted)}",
    ];

    private readonly List<DirectoryInfo> _profiles = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A name of this machine that a browser does not take for its own, as that of a server in the next room.</summary>
    internal const string ElsewhereHost = "next-room.test";

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Find(),
            Args = Arguments,
            Timeout = Patience,
        });
        Assertions.SetDefaultExpectTimeout(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        foreach (var profile in _profiles) Delete(profile);
    }

    /// <summary>A context of its own is a browser of its own: no storage or cookie is shared with another.</summary>
    internal async Task<IBrowserContext> OpenAsync(BrowserNewContextOptions look)
    {
        var context = await _browser!.NewContextAsync(look);
        context.SetDefaultTimeout(Patience);
        return context;
    }

    /// <summary>A browser whose owner has forbidden all sites to keep anything, in its settings.</summary>
    internal async Task<IBrowserContext> OpenWithoutStorageAsync(Uri page)
    {
        var profile = Directory.CreateTempSubdirectory("orleanschat-browser-");
        lock (_profiles) _profiles.Add(profile);
        await File.WriteAllTextAsync(
            Path.Combine(profile.CreateSubdirectory("Default").FullName, "Preferences"),
            """{ "profile": { "default_content_setting_values": { "cookies": 2 } } }""");
        var context = await _playwright!.Chromium.LaunchPersistentContextAsync(profile.FullName, new()
        {
            ExecutablePath = Find(),
            Args = Arguments,
            BaseURL = page.ToString(),
            Timeout = Patience,
        });
        context.SetDefaultTimeout(Patience);
        return context;
    }

    private static void Delete(DirectoryInfo profile)
    {
        try
        {
            profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Of a browser's processes one may still be putting something away. What is left is a temporary folder.
        }
    }

    private static string Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "chromium"))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            "These tests need Debian's Chromium, and there is no `chromium` on the PATH: apt-get install chromium");
}
