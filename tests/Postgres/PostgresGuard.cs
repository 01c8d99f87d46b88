using System.Diagnostics;
using System.Globalization;

namespace OrleansChat.Tests.Postgres;

/// <summary>
/// A shell that waits for the end of the test's process, or of this object, and then kills the server in a folder and
/// deletes the folder. So no server outlives a test run that was killed.
/// </summary>
internal sealed class PostgresGuard : IAsyncDisposable
{
    // Its standard input ends with whoever holds the other end. A process that has the number of the server, but is
    // another one, is left alone.
    private const string Script =
        """
        trap '' INT TERM HUP
        cat > /dev/null
        if read -r server < "$1/data/postmaster.pid" && grep -qF "$1" "/proc/$server/cmdline"; then
          kill -STOP "$server"
          children=$(cat "/proc/$server/task/$server/children")
          kill -KILL "$server" $children
        fi 2> /dev/null
        rm -rf "$1"
        """;

    private readonly Process _process;

    public PostgresGuard(string folder)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in new[] { "-c", Script, "sh", folder }) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    /// <summary>Sends a signal to processes.</summary>
    public static async Task SignalAsync(string signal, params int[] processes)
    {
        if (processes is []) return;
        var ids = processes.Select(id => id.ToString(CultureInfo.InvariantCulture));
        // One that has ended meanwhile is not there to be told, which is fine.
        var start = new ProcessStartInfo("kill") { UseShellExecute = false, RedirectStandardError = true };
        foreach (var argument in ids.Prepend($"-{signal}")) start.ArgumentList.Add(argument);
        using var kill = Process.Start(start)!;
        await kill.StandardError.ReadToEndAsync();
        await kill.WaitForExitAsync();
    }

    /// <summary>The processes that a process has started.</summary>
    public static int[] ChildrenOf(int process) =>
        [.. File.ReadAllText($"/proc/{process}/task/{process}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    /// <summary>Waits until a process is gone.</summary>
    public static async Task GoneAsync(int process, TimeSpan patience)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (Directory.Exists($"/proc/{process}") && !IsZombie(process))
        {
            if (TimeProvider.System.GetElapsedTime(begun) > patience) throw new TimeoutException($"process {process} does not end");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // Ended, and only not yet noticed by its parent.
    private static bool IsZombie(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").Any(line => line.StartsWith("State:\tZ", StringComparison.Ordinal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
