using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OrleansChat.Browser.Tests.Servers;

/// <summary>The gateway as an operator runs it: a process, which can be killed and started again where it was.</summary>
internal sealed class ServerProcess : IChatServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Its silo looks for a free port and takes it a moment later; of several that start, another may have it by then.
    private const int Attempts = 3;

    private readonly DataFolder _data = new();
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private ServerProcess(Uri address) => Address = address;

    public Uri Address { get; }

    public static async Task<ServerProcess> RunAsync()
    {
        var server = new ServerProcess(new Uri($"http://127.0.0.1:{FreePort()}"));
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            Run();
            if (await IsReadyInTimeAsync()) return;
            if (attempt == Attempts || !Said.Contains("in use", StringComparison.Ordinal)) Assert.Fail($"The gateway did not start:\n{Said}");
            if (!_process!.HasExited) _process.Kill();
            _process.Dispose();
            _output.Clear();
        }
    }

    /// <summary>SIGKILL: nothing is said, flushed or closed.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await KillAsync();
        _data.Dispose();
    }

    private string Said => string.Join('\n', _output);

    private void Run()
    {
        _process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "OrleansChat.Gateway.dll"),
                "--urls", Address.GetLeftPart(UriPartial.Authority), $"--Chat:DataDirectory={_data.Path}",
            },
            UseShellExecute = false,
            WorkingDirectory = _data.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <returns><see langword="false"/>: it has ended, or takes too long.</returns>
    private async Task<bool> IsReadyInTimeAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var patience = new CancellationTokenSource(Patience);
        while (!await IsReadyAsync(http))
        {
            if (_process!.HasExited)
            {
                // All that it has said.
                await _process.WaitForExitAsync(CancellationToken.None);
                return false;
            }

            if (patience.IsCancellationRequested) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }

        return true;
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/healthz/ready", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null) _output.Enqueue(line.Data);
    }

    // One of those that Linux gives to nobody who asks for any: nobody else takes it while the server is down.
    private static int FreePort()
    {
        for (var attempt = 1; ; attempt++)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(20_000, 32_000));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException) when (attempt < 100)
            {
                // Somebody has it.
            }
        }
    }
}
