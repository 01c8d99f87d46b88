using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using OrleansChat.Gateway.Hosting;

namespace OrleansChat.Browser.Tests.Servers;

/// <summary>The gateway in this process, on a free port.</summary>
internal sealed class EmbeddedServer : IChatServer
{
    private readonly WebApplication _app;
    private readonly DataFolder _data;

    private EmbeddedServer(WebApplication app, DataFolder data) => (_app, _data) = (app, data);

    public Uri Address => new(_app.Urls.Single());

    public static async Task<EmbeddedServer> StartAsync()
    {
        var data = new DataFolder();
        var app = ChatGateway.Build(
            ["--urls", "http://127.0.0.1:0", $"--Chat:DataDirectory={data.Path}"],
            builder => builder.Logging.ClearProviders());
        await app.StartAsync();
        return new EmbeddedServer(app, data);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _data.Dispose();
    }
}
