using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OrleansChat.Cluster.Tests.Hosting;

namespace OrleansChat.Cluster.Tests.Library;

/// <summary>Users of the JavaScript client library, in a Node.js process of their own.</summary>
internal sealed class LibraryUsers : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Reaper _reaper;
    private readonly Task<string> _errors;

    private LibraryUsers(Process process, Reaper reaper)
    {
        (_process, _reaper) = (process, reaper);
        _reaper.Started(process.Id);
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts them, and waits until they have all joined and begun to talk.</summary>
    /// <param name="address">The one address that they know.</param>
    /// <param name="prefix">The start of the names of users and rooms.</param>
    /// <param name="users">How many.</param>
    /// <param name="rooms">In how many rooms; each is in every other one.</param>
    /// <param name="messagesPerSecond">How much they say, all together.</param>
    /// <param name="reaper">Who takes them down if nobody else does.</param>
    public static async Task<LibraryUsers> StartAsync(
        Uri address, string prefix, int users, int rooms, int messagesPerSecond, Reaper reaper)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "--experimental-websocket", "--no-warnings", InOutput("Library", "users.mjs"), InOutput("wwwroot", "chat-client.js"),
            $"ws://{address.Authority}/ws", prefix, Text(users), Text(rooms), Text(messagesPerSecond),
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var library = new LibraryUsers(Process.Start(start)!, reaper);
        Assert.Equal("talking", await library.ReadLineAsync());
        return library;
    }

    /// <summary>Lets them fall silent, and waits until each of them has everything.</summary>
    public async Task<LibraryReport> FinishAsync()
    {
        await _process.StandardInput.WriteLineAsync("enough");
        var report = await ReadLineAsync();
        return JsonSerializer.Deserialize<LibraryReport>(report, JsonSerializerOptions.Web)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _reaper.Ended(_process.Id);
        _process.Dispose();
    }

    private static string InOutput(string folder, string file) => Path.Combine(AppContext.BaseDirectory, folder, file);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> ReadLineAsync()
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token)
            ?? throw new InvalidOperationException($"node ended: {await _errors}");
    }
}
