using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Hosting;

/// <summary>The gateway as it is run for real: a process, with its output, its signals and its exit code.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Received<string> _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GatewayProcess(string workingDirectory, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "OrleansChat.Gateway.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) _output.End("the process has ended");
            else _output.Add(line.Data);
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) _errorsEnded.TrySetResult();
            else _errors.AppendLine(line.Data);
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens, once it has said so.</summary>
    public string Authority { get; private set; } = "";

    public int ExitCode => _process.ExitCode;

    /// <summary>What it has written to standard error; complete once it has ended.</summary>
    public string Errors => _errors.ToString();

    public IReadOnlyList<string> Output => _output.All;

    /// <summary>Starts it on a free port and waits until it has said where it listens.</summary>
    public static async Task<GatewayProcess> StartAsync(DataDirectory data, params string[] settings)
    {
        var gateway = Launch(data, ["--urls", "http://127.0.0.1:0", .. settings]);
        var page = await gateway._output.TakeAsync(line => line.TrimStart().StartsWith("page ", StringComparison.Ordinal), "line with the address");
        gateway.Authority = new Uri(page.Trim()["page".Length..].Trim()).Authority;
        return gateway;
    }

    /// <summary>Starts it, whatever becomes of it.</summary>
    public static GatewayProcess Launch(DataDirectory data, params string[] arguments) =>
        LaunchIn(data.Path, [.. arguments, $"--Chat:DataDirectory={data.Path}"]);

    /// <summary>Starts it in a directory, with exactly these arguments.</summary>
    public static GatewayProcess LaunchIn(string workingDirectory, params string[] arguments) => new(workingDirectory, arguments);

    public Uri Json(string user, string query = "subscribe=none") => new($"ws://{Authority}/ws?user={user}&{query}");

    public Task<ChatClient> ConnectAsync(string user) => ChatClient.ConnectAsync(Json(user));

    /// <summary>kill -9: it is gone without a chance to do anything about it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndedAsync();
    }

    /// <summary>kill -TERM: it is asked to end.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task EndedAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        await _errorsEnded.Task.WaitAsync(Patience.Limit);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }
}
