using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Gateway.Limits;

/// <summary>Puts the limits into the gateway.</summary>
internal static class LimitsSetup
{
    /// <exception cref="FormatException">A setting is wrong.</exception>
    public static void AddChatLimits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<ChatLimits>, ChatLimitsValidation>();
        services.AddOptions<ChatLimits>().Bind(builder.Configuration.GetSection("Chat:Limits")).ValidateOnStart();
        services.AddSingleton(TrustedProxies.Read(builder.Configuration));
        services.AddWebServerLimits();
        services.AddAddressLimits();
        services.AddSingleton<RegistrationLimit>();
        services.AddSingleton<RefusalLimit>();
        services.AddSingleton<CommandAllowances>();
        services.AddHostedService(provider => provider.GetRequiredService<CommandAllowances>());
        services.AddSingleton<UserBudgets>();
        services.AddSingleton<Arrivals>();
        services.AddSingleton<Overload>();
        services.AddHostedService(provider => provider.GetRequiredService<Overload>());
    }

    /// <summary>First of all: there is a request, and from here on it comes from whom trusted proxies say.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        app.Use(ConnectionGate.HearAsync);
        app.Services.GetRequiredService<TrustedProxies>().Use(app);
    }

    /// <summary>Refuses new work when there is too much. After authentication: administrators come in and look why.</summary>
    public static void UseOverload(this WebApplication app) => app.UseWhen(
        static context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase),
        static api => api.Use(static (HttpContext context, RequestDelegate next) =>
        {
            var isToGoOn = context.GetEndpoint()?.Metadata.GetMetadata<NeededToGoOn>() is not null;
            if (!isToGoOn && !context.User.IsInRole(ChatClaims.Administrator)) context.RequestServices.GetRequiredService<Overload>().Check();
            return next(context);
        }));
}
