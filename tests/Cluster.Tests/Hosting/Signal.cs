using System.Runtime.InteropServices;

namespace OrleansChat.Cluster.Tests.Hosting;

/// <summary>A signal of POSIX, by its number on Linux.</summary>
internal enum Signal
{
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static class Signals
{
    /// <summary>Sends a signal to a process.</summary>
    public static void Send(int process, Signal signal)
    {
        // 0 and below would mean whole groups of processes.
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(process);
        // One that has ended meanwhile is as it should be.
        _ = SendSignal(process, (int)signal);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
