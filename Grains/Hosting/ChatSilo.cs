using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OrleansChat.Grains.Moving;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Postgres;
using OrleansChat.Grains.Storage.Sqlite;

namespace OrleansChat.Grains.Hosting;

/// <summary>What makes a process host the chat's grains: the embedded gateway and the silo on its own share it.</summary>
public static class ChatSilo
{
    // Longer than a commit on a slow disk, shorter than a person's patience.
    internal static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds a silo that is a cluster by itself on free ports of the loopback address, over SQLite.</summary>
    public static void AddEmbeddedSilo(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new ChatStorageOptions
        {
            DataDirectory = services.GetRequiredService<IConfiguration>()["Chat:DataDirectory"] ?? "data",
        });
        builder.Services.AddSqliteStore();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0, serviceId: "OrleansChat", clusterId: "embedded");
            silo.AddChatGrains();
        });
    }

    /// <summary>Adds a silo that is one of a cluster's, over PostgreSQL.</summary>
    /// <inheritdoc cref="Clustering.UseChatCluster(ISiloBuilder, ClusterSettings)" path="/exception"/>
    public static void AddClusteredSilo(this IHostApplicationBuilder builder, ClusterSettings settings)
    {
        builder.Services.AddPostgresStore(settings);
        builder.UseOrleans(silo =>
        {
            silo.UseChatCluster(settings);
            silo.AddChatGrains();
        });
        builder.Services.AddHostedService<MembershipLog>();
    }

    /// <summary>Adds what the grains need of a silo, however it is clustered.</summary>
    public static void AddChatGrains(this ISiloBuilder silo)
    {
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
        silo.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
        silo.AddIncomingGrainCallFilter<StoreFaultFilter>();
        silo.AddMovingGrains();
    }

    private static void AddPostgresStore(this IServiceCollection services, ClusterSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddStore(
            provider => new PostgresStore(
                settings.ConnectionString,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<PostgresStore>>()),
            static (store, stop) => store.OpenAsync(stop));
    }

    private static void AddSqliteStore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddStore(
            provider => new SqliteStore(
                provider.GetRequiredService<ChatStorageOptions>().DataDirectory,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<SqliteStore>>()),
            static (store, _) =>
            {
                store.Open();
                return Task.CompletedTask;
            });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
