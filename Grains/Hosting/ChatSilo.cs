using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Sqlite;

namespace OrleansChat.Grains.Hosting;

/// <summary>What makes a process host the chat's grains: the embedded gateway and the silo on its own share it.</summary>
public static class ChatSilo
{
    // Longer than a commit on a slow disk, shorter than a person's patience.
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds the store, and a silo that is a cluster by itself on free ports of the loopback address.</summary>
    public static void AddChatSilo(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new ChatStorageOptions
        {
            DataDirectory = services.GetRequiredService<IConfiguration>()["Chat:DataDirectory"] ?? "data",
        });
        builder.Services.AddChatStore();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0, serviceId: "OrleansChat", clusterId: "embedded");
            silo.AddChatGrains();
        });
    }

    /// <summary>Adds what the grains need of a silo, however it is clustered.</summary>
    public static void AddChatGrains(this ISiloBuilder silo)
    {
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
        silo.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
        silo.AddIncomingGrainCallFilter<StoreFaultFilter>();
    }

    /// <summary>Adds the SQLite store; it opens before anything else of the host starts.</summary>
    public static void AddChatStore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SqliteStore(
            provider.GetRequiredService<ChatStorageOptions>().DataDirectory,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SqliteStore>>()));
        services.AddSingleton(provider => provider.GetRequiredService<SqliteStore>().Rooms);
        services.AddSingleton(provider => provider.GetRequiredService<SqliteStore>().Users);
        services.AddSingleton(provider => provider.GetRequiredService<SqliteStore>().Reader);
        services.AddHostedService<StoreOpening>();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
