using System.Diagnostics;

namespace OrleansChat.Tests.Postgres;

/// <summary>The PostgreSQL that is installed here, and as whom it is run.</summary>
internal static class PostgresInstallation
{
    // The server refuses to run as the superuser; Debian's package brings a user for it.
    private const string ServerUser = "postgres";

    private static readonly string Programs = Find();

    /// <summary>How to run one of its programs. The process is the program itself, and not one that waits for it.</summary>
    public static string[] Command(string program, params string[] arguments)
    {
        string[] command = [Path.Combine(Programs, program), .. arguments];
        return Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={ServerUser}", $"--regid={ServerUser}", "--init-groups", .. command]
            : command;
    }

    /// <summary>Gives a folder to the user as whom the server runs.</summary>
    public static async Task OwnAsync(DirectoryInfo folder)
    {
        if (!Environment.IsPrivilegedProcess) return;
        using var chown = Process.Start("chown", ["-R", $"{ServerUser}:{ServerUser}", folder.FullName]);
        await chown.WaitForExitAsync();
        if (chown.ExitCode != 0) throw new InvalidOperationException($"{folder.FullName} cannot be given to '{ServerUser}'");
    }

    private static string Find()
    {
        // Debian keeps the programs of each version in a folder of its own, out of the PATH.
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(path => int.TryParse(Path.GetFileName(path), out var version) ? version : 0)
            : Enumerable.Empty<string>();
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return versions.Select(version => Path.Combine(version, "bin")).Concat(path)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "postgres")) && File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException(
                "PostgreSQL is not installed (no postgres and initdb in /usr/lib/postgresql/*/bin or the PATH); Debian: apt-get install postgresql");
    }
}
