using System.Diagnostics;

namespace OrleansChat.Cluster.Tests.Hosting;

/// <summary>nginx in front of the gateways: one address, and whoever is refused by one gateway is taken to another.</summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private LoadBalancer(Process process, DirectoryInfo folder, Uri address) => (_process, _folder, Address, Reaper) = (process, folder, address, new(folder.FullName));

    public Uri Address { get; }

    public Reaper Reaper { get; }

    public static async Task<LoadBalancer> StartAsync(IReadOnlyList<Uri> gateways)
    {
        var folder = Directory.CreateTempSubdirectory("orleanschat-nginx-");
        var port = Ports.Free();
        var configuration = Path.Combine(folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configure(folder.FullName, port, gateways));
        // Debian keeps it where only the superuser's PATH leads.
        var program = File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";
        var process = Process.Start(program, ["-p", folder.FullName, "-c", configuration, "-e", LogIn(folder)]);
        var balancer = new LoadBalancer(process, folder, new Uri($"http://127.0.0.1:{port}"));
        balancer.Reaper.Started(process.Id);
        using var http = new HttpClient { BaseAddress = balancer.Address };
        await Patience.UntilAsync(async () => await AnswersAsync(http) ? null : $"nginx does not answer\n{balancer.Log}");
        return balancer;
    }

    private string Log => File.Exists(LogIn(_folder)) ? File.ReadAllText(LogIn(_folder)) : "";

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        Reaper.Ended(_process.Id);
        _process.Dispose();
        await Reaper.DisposeAsync();
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/healthz/live", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string LogIn(DirectoryInfo folder) => Path.Combine(folder.FullName, "error.log");

    // One process, so that its id is all there is to end. A gateway that refuses is asked again at once the next time:
    // nginx would otherwise leave it out for a while, and with both left out refuse everybody itself.
    private static string Configure(string folder, int port, IEnumerable<Uri> gateways) => $$"""
        daemon off;
        master_process off;
        pid {{folder}}/nginx.pid;
        events { worker_connections 4096; }
        http {
          access_log off;
          error_log {{folder}}/error.log;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          map $http_upgrade $connection_upgrade { default upgrade; '' close; }
          upstream gateways {
            {{string.Join("\n    ", gateways.Select(gateway => $"server {gateway.Authority} max_fails=0;"))}}
          }
          server {
            listen 127.0.0.1:{{port}};
            location / {
              proxy_pass http://gateways;
              proxy_http_version 1.1;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Connection $connection_upgrade;
              proxy_set_header Host $host;
              proxy_connect_timeout 2s;
              proxy_read_timeout 120s;
              proxy_next_upstream error timeout http_502 http_503;
            }
          }
        }
        """;
}
