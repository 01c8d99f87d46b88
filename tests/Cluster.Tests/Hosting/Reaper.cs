using System.Diagnostics;
using System.Globalization;

namespace OrleansChat.Cluster.Tests.Hosting;

/// <summary>
/// A small process that outlives the tests: when they end, in whatever way, it kills what they had started and takes
/// away their folder.
/// </summary>
internal sealed class Reaper : IAsyncDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        declare -A pids
        while read -r what value; do
          case $what in
            started) pids[$value]=1 ;;
            ended) unset "pids[$value]" ;;
          esac
        done
        for pid in "${!pids[@]}"; do kill -KILL "$pid"; done
        rm -rf "$1"
        """;

    private readonly Lock _lock = new();
    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="folder">The folder to take away.</param>
    public Reaper(string folder)
    {
        var start = new ProcessStartInfo("bash") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-c", Script, "reaper", folder }) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
    }

    public void Started(int process) => Tell("started", process);

    public void Ended(int process) => Tell("ended", process);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Tell(string what, int process)
    {
        lock (_lock)
        {
            _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {process}"));
            _process.StandardInput.Flush();
        }
    }
}
