using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OrleansChat.Grains.Storage.Sqlite;

namespace OrleansChat.Gateway.Hosting;

/// <summary>Says on the console what somebody who has just started it wants to know.</summary>
internal sealed class Greeting(IHostApplicationLifetime lifetime, IServer server, SqliteStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Greet);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Greet()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5000";
        var page = address.Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal);
        var socket = "ws" + page["http".Length..];
        Console.WriteLine($"""
            OrleansChat is running. Ctrl-C ends it.
              page      {page}
              terminal  npx wscat -c {socket}/ws/alice
              JSON      npx wscat -c '{socket}/ws?user=alice&rooms=lobby'
              data      {store.File}
              Guest mode: whoever connects is believed to be who they say they are.
            """);
    }
}
