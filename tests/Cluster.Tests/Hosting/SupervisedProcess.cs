using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace OrleansChat.Cluster.Tests.Hosting;

/// <summary>
/// A program of the chat as an operator runs it: with a supervisor that starts it again whenever it ends by itself.
/// </summary>
internal sealed class SupervisedProcess : IAsyncDisposable
{
    private const int KeptLines = 4_000;
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<int> _endings = new();
    private readonly string _program;
    private readonly string[] _arguments;
    private readonly string _folder;
    private readonly Reaper _reaper;
    private readonly HttpClient _http;
    private Process? _process;
    private Task _supervising = Task.CompletedTask;
    private bool _wanted;

    /// <param name="name">What it is called in figures and failures.</param>
    /// <param name="program">Its assembly, without the extension.</param>
    /// <param name="address">Where its health endpoints are.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="reaper">Who takes it down if nobody else does.</param>
    /// <param name="arguments">The rest of its command line.</param>
    public SupervisedProcess(string name, string program, Uri address, string folder, Reaper reaper, params string[] arguments)
    {
        (Name, Address, _program, _folder, _reaper) = (name, address, program, folder, reaper);
        _arguments = [.. arguments, "--urls", address.GetLeftPart(UriPartial.Authority)];
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>The exit codes so far; 137 after kill -9.</summary>
    public IReadOnlyList<int> Endings => [.. _endings];

    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>Starts it, and from now on again whenever it ends.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_wanted) throw new InvalidOperationException($"{Name} is running");
            _wanted = true;
            Launch();
            _supervising = SuperviseAsync();
        }
    }

    /// <summary>kill -9. The supervisor starts it again.</summary>
    public void Kill() => Send(Signal.Kill);

    /// <summary>It stands still: it holds its connections and its port, and answers nobody.</summary>
    public void Pause() => Send(Signal.Stop);

    public void Resume() => Send(Signal.Continue);

    /// <summary>kill -9, and it is not started again.</summary>
    public Task KillForGoodAsync() => EndAsync(Signal.Kill);

    /// <summary>SIGTERM, and waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        await EndAsync(Signal.Terminate);
        return _endings.Last();
    }

    /// <summary>Waits until it has ended by itself that many times in all.</summary>
    public Task UntilEndedAsync(int times) =>
        Patience.UntilAsync(() => _endings.Count >= times ? null : $"{Name} ended {_endings.Count} times, not {times}");

    public Task UntilReadyAsync() => Patience.UntilAsync(async () => await IsReadyAsync() ? null : $"{Name} did not become ready");

    public async Task<bool> IsReadyAsync() => await StatusAsync("/healthz/ready") == 200;

    /// <summary>Waits until one of its pages answers so: one that has just been started may not listen yet.</summary>
    public async Task UntilStatusAsync(string path, int status)
    {
        var last = 0;
        await Patience.UntilAsync(async () => (last = await StatusAsync(path)) == status ? null : $"{Name} answers {path} with {last}, not {status}");
    }

    /// <summary>The status of one of its pages; 0 when it does not answer.</summary>
    public async Task<int> StatusAsync(string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
            return (int)response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_wanted) await KillForGoodAsync();
        _http.Dispose();
    }

    private async Task EndAsync(Signal signal)
    {
        Task supervising;
        lock (_lock)
        {
            _wanted = false;
            supervising = _supervising;
        }

        Send(signal);
        await supervising.WaitAsync(Patience.Limit);
    }

    private void Send(Signal signal)
    {
        lock (_lock)
        {
            if (_process is not null) Signals.Send(_process.Id, signal);
        }
    }

    private void Launch()
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"{_program}.dll"));
        foreach (var argument in _arguments) start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _reaper.Started(_process.Id);
        Note(string.Create(CultureInfo.InvariantCulture, $"(started as {_process.Id})"));
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task SuperviseAsync()
    {
        while (true)
        {
            await _process!.WaitForExitAsync();
            lock (_lock)
            {
                _reaper.Ended(_process.Id);
                Note(string.Create(CultureInfo.InvariantCulture, $"(ended with {_process.ExitCode})"));
                _endings.Enqueue(_process.ExitCode);
                _process.Dispose();
                _process = null;
                if (!_wanted) return;
            }

            await Task.Delay(RestartPause, TimeProvider.System);
            lock (_lock)
            {
                if (!_wanted) return;
                Launch();
            }
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null) Note(line.Data);
    }

    private void Note(string line)
    {
        _output.Enqueue(line);
        while (_output.Count > KeptLines) _output.TryDequeue(out _);
    }
}
