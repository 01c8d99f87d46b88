using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace OrleansChat.Gateway.Hosting;

/// <summary>Says in the log where a cluster's gateway listens, once it has met a silo.</summary>
internal sealed partial class ClusterGreeting(
    IHostApplicationLifetime lifetime, IServer server, ILogger<ClusterGreeting> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Greet);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Greet()
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []) LogServing(logger, address);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Gateway serves {Address}")]
    private static partial void LogServing(ILogger logger, string address);
}
