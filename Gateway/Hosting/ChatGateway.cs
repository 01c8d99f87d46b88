using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Accounts;
using OrleansChat.Gateway.Api;
using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Gateway.Text;
using OrleansChat.Gateway.Users;
using OrleansChat.Grains.Hosting;

namespace OrleansChat.Gateway.Hosting;

/// <summary>What makes a web application a gateway.</summary>
internal static class ChatGateway
{
    /// <summary>
    /// A gateway with a silo of its own in the same process, over SQLite; or one that is a client of a cluster's silos.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="configure">What else there is to set before it is built.</param>
    /// <exception cref="FormatException">A setting is wrong or missing.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        var settings = ClusterSettings.Read(builder.Configuration);
        builder.AddChatLogging();
        builder.CheckListenAddresses("http://localhost:5000");
        if (settings.Mode == ClusterMode.Embedded) builder.AddSiloInside();
        else builder.AddSilosOutside(settings);
        builder.AddChatAuthentication();
        builder.AddChatApi();
        builder.AddChatGateway();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapChatGateway();
        return app;
    }

    private static void AddSiloInside(this WebApplicationBuilder builder)
    {
        builder.AddEmbeddedSilo();
        builder.Services.AddSingleton(new SiloConnection(isMade: true));
        builder.Services.AddHostedService<Greeting>();
    }

    private static void AddSilosOutside(this WebApplicationBuilder builder, ClusterSettings settings)
    {
        var silos = new SiloConnection(isMade: false);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.UseOrleansClient(client =>
        {
            client.UseChatCluster(settings);
            client.Services.AddSingleton<ILifecycleParticipant<IClusterClientLifecycle>>(silos);
        });
        builder.Services.AddSingleton(silos);
        // The web server answers that it is not ready while the client waits for a silo.
        builder.Services.Configure<HostOptions>(options => options.ServicesStartConcurrently = true);
        // A silo inside cannot be gone while the gateway is there.
        builder.Services.AddHostedService<ClusterWatch>();
        builder.Services.AddHostedService<ClusterGreeting>();
    }

    private static void AddChatGateway(this WebApplicationBuilder builder)
    {
        builder.AddChatLimits();
        builder.Services.AddSingleton<IValidateOptions<DrainOptions>, DrainOptionsValidation>();
        builder.Services.AddOptions<DrainOptions>().Bind(builder.Configuration.GetSection("Chat:Drain")).ValidateOnStart();
        builder.Services.AddOptions<HostOptions>()
            .Configure<IOptions<DrainOptions>>((host, drain) => host.ShutdownTimeout = drain.Value.ShutdownTimeout);
        builder.Services.AddSingleton<GatewayIdentity>();
        builder.Services.AddSingleton<GatewayServices>();
        builder.Services.AddSingleton<ConnectionTable>();
        builder.Services.AddSingleton<SocketEndpoint>();
        builder.Services.AddSingleton<RoomFeeds>();
        builder.Services.AddSingleton<UserLinks>();
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Draining>());
        builder.Services.AddHostedService(services => services.GetRequiredService<RoomFeeds>());
        builder.Services.AddHostedService(services => services.GetRequiredService<UserLinks>());
        builder.Services.AddSingleton<GatewayReporter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GatewayReporter>());
        // There are no grains to be had before there is a silo, and there is a gateway.
        builder.Services.AddSingleton(static services => new StoreProbe(
            () => services.GetRequiredService<GatewayServices>().Directory.Probe(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHealthChecks().AddCheck<Readiness>("chat", tags: [Health.Ready]);
    }

    private static void MapChatGateway(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.Use(CorkedUpgrade.UseAsync);
        app.UseProblems();
        app.UseRouting();
        // First, so that pages which may ask can also read that they ask too often.
        app.UseCors();
        app.UseRateLimiter();
        app.UseWebSockets();
        app.UsePage();
        app.UseChatAuthentication();
        app.UseOverload();
        app.MapHealth();
        app.MapGet(SocketAddress.Json, ServeJson).RequireRateLimiting(AddressLimits.Connect);
        app.MapGet(SocketAddress.Text, ServeText).RequireRateLimiting(AddressLimits.Connect);
        WaysIn.Map(app);
        app.MapAccounts();
        app.MapChatApi();
    }

    private static Task ServeJson(HttpContext context, SocketEndpoint endpoint) => endpoint.ServeAsync(context, new JsonFormat());

    private static Task ServeText(HttpContext context, SocketEndpoint endpoint) => endpoint.ServeAsync(context, new TextFormat());
}
