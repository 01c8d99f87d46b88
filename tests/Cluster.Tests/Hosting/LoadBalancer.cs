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

    /// <summary>One that asks a gateway that refuses again at once the next time: tests that drain one after the other need it.</summary>
    public static Task<LoadBalancer> StartAsync(IReadOnlyList<Uri> gateways) => StartAsync(Patient(gateways));

    /// <summary>As <c>deploy/nginx</c> has it.</summary>
    public static Task<LoadBalancer> StartAsDeployedAsync(IReadOnlyList<Uri> gateways) => StartAsync(Deployed(gateways));

    private static async Task<LoadBalancer> StartAsync(Func<int, string> site)
    {
        var folder = Directory.CreateTempSubdirectory("orleanschat-nginx-");
        var port = Ports.Free();
        var configuration = Path.Combine(folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configure(folder.FullName, site(port)));
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
            using var response = await http.GetAsync(new Uri("/api/auth", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string LogIn(DirectoryInfo folder) => Path.Combine(folder.FullName, "error.log");

    // One process, so that its id is all there is to end.
    private static string Configure(string folder, string site) => $$"""
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
          {{site}}
        }
        """;

    // nginx would otherwise leave a gateway that refuses out for a while, and with both left out refuse everybody itself.
    private static Func<int, string> Patient(IEnumerable<Uri> gateways) => port => $$"""
        map $http_upgrade $connection_upgrade { default upgrade; '' close; }
        upstream gateways { {{Servers(gateways, "max_fails=0")}} }
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
        """;

    private static Func<int, string> Deployed(IReadOnlyCollection<Uri> gateways) => port => $$"""
        upstream orleanschat { {{Servers(gateways, "max_fails=1 fail_timeout=5s")}} }
        upstream orleanschat_sockets { {{Servers(gateways, "max_fails=1 fail_timeout=5s")}} }
        server {
          listen 127.0.0.1:{{port}};
          include {{Path.Combine(AppContext.BaseDirectory, "orleanschat-locations.conf")}};
        }
        """;

    private static string Servers(IEnumerable<Uri> gateways, string settings) =>
        string.Concat(gateways.Select(gateway => $"server {gateway.Authority} {settings}; "));
}
