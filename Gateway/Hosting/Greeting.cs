using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Grains.Storage.Sqlite;

namespace OrleansChat.Gateway.Hosting;

/// <summary>Says on the console what somebody who has just started it wants to know.</summary>
internal sealed class Greeting(
    IHostApplicationLifetime lifetime, IServer server, SqliteStore store, IOptions<AuthOptions> auth) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Greet);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Explain(AuthModes modes) => modes switch
    {
        AuthModes.Guest => "Guest mode: whoever connects is believed to be who they say they are.",
        AuthModes.Accounts => "Accounts: people register and log in on the page.",
        AuthModes.Tokens => "Tokens: an application gets them for its users, with its key, from /api/tokens.",
        AuthModes.External => "External: another issuer's tokens say who connects.",
        _ => $"Several ways in: {modes}.",
    };

    private void Greet()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5000";
        var page = address.Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal);
        var socket = "ws" + page["http".Length..];
        var isGuest = auth.Value.Mode == AuthModes.Guest;
        Console.WriteLine($"""
            OrleansChat is running. Ctrl-C ends it.
              page      {page}
              terminal  npx wscat -c {socket}/ws/alice{(isGuest ? "" : " -H 'Authorization: Bearer TOKEN'")}
              JSON      npx wscat -c '{socket}/ws?{(isGuest ? "user=alice&" : "")}rooms=lobby'{(isGuest ? "" : " -H 'Authorization: Bearer TOKEN'")}
              data      {store.File}
              {Explain(auth.Value.Mode)}
            """);
    }
}
