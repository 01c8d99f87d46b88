using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansChat.Gateway.Tests.Floods;

/// <summary>Runs <c>flood.mjs</c>, in a process of its own.</summary>
internal sealed class Flooder : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Process _process;
    private readonly Task<string> _errors;

    private Flooder(FloodWish wish)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Floods", "flood.mjs"));
        start.ArgumentList.Add(JsonSerializer.Serialize(wish, Json));
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it, and waits until it floods.</summary>
    public static async Task<Flooder> StartAsync(FloodWish wish)
    {
        var flooder = new Flooder(wish);
        await flooder.ReadLineAsync();
        return flooder;
    }

    /// <summary>Waits until everything that it has sent was answered.</summary>
    public async Task<FloodCounts> CountsAsync() => JsonSerializer.Deserialize<FloodCounts>(await ReadLineAsync(), Json)!;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadLineAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        return await _process.StandardOutput.ReadLineAsync(deadline.Token)
            ?? throw new InvalidOperationException($"node ended: {await _errors}");
    }
}

/// <summary>What to flood with.</summary>
/// <param name="Mode"><c>commands</c>, or <c>connects</c>.</param>
/// <param name="Servers">Host and port of each gateway.</param>
/// <param name="Seconds">For how long, and on until so much was served and something refused.</param>
internal sealed record FloodWish(string Mode, string[] Servers, int Seconds)
{
    /// <summary>How many commands, or connects, are served whoever floods. Without them, or one refused, it ends after a minute.</summary>
    public int Served { get; init; }

    /// <summary>The user of all connections.</summary>
    public string? User { get; init; }

    /// <summary>The room in which it is said.</summary>
    public string? Room { get; init; }

    /// <summary>What to look for among the rooms; with it, no command says anything.</summary>
    public string? Query { get; init; }

    /// <summary>How long each command's text is.</summary>
    public int Bytes { get; init; } = 200;

    /// <summary>How many commands it sends ahead of the answers; a flooder has no patience, but a test wants them all.</summary>
    public int Ahead { get; init; } = 2000;

    /// <summary>How many connections at once.</summary>
    public int? Connections { get; init; }

    /// <summary>From how many addresses (127.1.0.0 and on).</summary>
    public int? Addresses { get; init; }

    /// <summary>How many of them connect at the same time.</summary>
    public int? AtOnce { get; init; }
}

/// <summary>What became of it.</summary>
/// <param name="Sent">Commands, or attempts to connect.</param>
/// <param name="Served">Commands that were acknowledged.</param>
/// <param name="Refused">Commands that were refused as rate_limited, with a time to wait.</param>
/// <param name="Other">Any other answers.</param>
/// <param name="Lost">Commands without an answer.</param>
/// <param name="Statuses">How many handshakes were answered with what.</param>
/// <param name="Ms">How long it took, to the last answer.</param>
internal sealed record FloodCounts(
    int Sent, int Served, int Refused, Dictionary<string, JsonElement> Other, int Lost, Dictionary<string, int> Statuses, double Ms);
