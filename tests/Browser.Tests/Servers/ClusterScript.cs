using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace OrleansChat.Browser.Tests.Servers;

/// <summary>The cluster as a developer starts it: <c>eng/cluster.sh</c>, and what it says on the terminal.</summary>
internal sealed class ClusterScript : IChatServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    private ClusterScript()
    {
        var root = Root().FullName;
        _process = Process.Start(new ProcessStartInfo("/usr/bin/env")
        {
            // A shell cannot trap what was ignored when it started, and who runs tests in the background ignores Ctrl-C.
            ArgumentList = { "--default-signal=INT,TERM,HUP", "/bin/bash", Path.Combine(root, "eng", "cluster.sh") },
            UseShellExecute = false,
            // It finds its own way to the repository.
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["CLUSTER_CONFIGURATION"] = Configuration(),
                ["CLUSTER_PARENT"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            },
        })!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address => new(Told("page").Single()[1]);

    public string Folder => Path.GetDirectoryName(Told("logs").Single()[1])!;

    public int ExitCode => _process.ExitCode;

    public static async Task<ClusterScript> StartAsync()
    {
        var script = new ClusterScript();
        await script.SaysAsync("Whatever ends is started again");
        return script;
    }

    /// <summary>The process ids of the silos that it started at first.</summary>
    public IReadOnlyList<int> Silos() => [.. Told("silo").Select(words => Number(words[4]))];

    /// <summary>The process id of the gateway at an address.</summary>
    public int Gateway(string address) => Number(Told("gateway").Single(words => words[1] == $"http://{address}")[4]);

    /// <summary>Whether it has said that one of its processes has ended.</summary>
    public bool HasEnded(int process) => Said.Contains($"(pid {process}) has ended", StringComparison.Ordinal);

    /// <summary>Waits until it has said that a part was started again.</summary>
    public Task StartsAgainAsync(string part) => SaysAsync($"{part} is started again");

    /// <summary>Ctrl-C.</summary>
    public async Task InterruptAsync()
    {
        await SignalAsync("INT", _process.Id);
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>As somebody does on a terminal: <c>kill -SIGNAL PID</c>.</summary>
    public static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>All processes that it has started and that run, and those that they have started.</summary>
    public IReadOnlyList<int> Processes()
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: ParentOf(id)))
            .ToList();
        var found = new List<int>();
        var next = new Queue<int>([_process.Id]);
        while (next.TryDequeue(out var parent))
        {
            foreach (var (id, _) in parents.Where(pair => pair.Parent == parent))
            {
                found.Add(id);
                next.Enqueue(id);
            }
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await InterruptAsync();
        _process.Dispose();
    }

    private string Said => string.Join('\n', _output);

    private async Task SaysAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!Said.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || patience.IsCancellationRequested) Assert.Fail($"It never said '{text}':\n{Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    // The words of the lines that begin with one.
    private IEnumerable<string[]> Told(string first) => _output
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length > 1 && words[0] == first);

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null) _output.Enqueue(line.Data);
    }

    // The fourth field; the second is the name in parentheses, in which anything may stand.
    private static int ParentOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    // What these tests were built as is built already.
    private static string Configuration() => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private static DirectoryInfo Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrleansChat.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder;
    }
}
