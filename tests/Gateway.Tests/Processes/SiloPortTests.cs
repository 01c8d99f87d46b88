using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansChat.Gateway.Hosting;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Grains.Hosting;

namespace OrleansChat.Gateway.Tests.Processes;

/// <summary>A gateway looks for a free port for the silo inside it, and somebody else takes that before it does.</summary>
public sealed class SiloPortTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(100, 1)]
    public async Task A_port_that_was_taken_meanwhile_is_given_up_for_another(int times, int exitCode)
    {
        using var data = new DataDirectory();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var started = 0;
        Assert.Equal(exitCode, await ChatProcess.RunAsync("Gateway", Build).WaitAsync(Patience.Limit));
        // There are three starts. Where two would do, the port of the second may have been taken by somebody else indeed.
        Assert.InRange(started, Math.Min(times + 1, 3), 3);

        WebApplication Build()
        {
            var isTaken = ++started <= times;
            var app = ChatGateway.Build(["--urls", "http://127.0.0.1:0", $"--Chat:DataDirectory={data.Path}"], builder =>
            {
                builder.Logging.ClearProviders();
                if (isTaken) builder.Services.PostConfigure<EndpointOptions>(silo => silo.SiloPort = ((IPEndPoint)other.LocalEndpoint).Port);
            });
            app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication);
            return app;
        }
    }
}
