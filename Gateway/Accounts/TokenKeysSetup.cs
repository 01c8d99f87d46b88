using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Gateway.Accounts;

/// <summary>Has data protection keep its keys with the cluster.</summary>
internal static class TokenKeysSetup
{
    private const string Application = "OrleansChat";

    /// <summary>Adds it. Call it after authentication, which brings data protection along.</summary>
    /// <param name="services">The gateway's services.</param>
    /// <param name="modes">How people prove who they are; guests have no tokens, and need no keys.</param>
    /// <param name="certificates">What the keys are encrypted for, if for anything.</param>
    public static void AddTokenKeys(this IServiceCollection services, AuthModes modes, KeysCertificates certificates)
    {
        var protection = services.AddDataProtection().SetApplicationName(Application).DisableAutomaticKeyGeneration();
        if (certificates.Current is { } current) protection.ProtectKeysWithCertificate(current);
        protection.UnprotectKeysWithAnyCertificate([.. certificates.Others]);
        services.AddSingleton(certificates);
        services.AddSingleton<LoadedKeys>();
        services.AddOptions<KeyManagementOptions>().Configure<LoadedKeys>(static (options, keys) => options.XmlRepository = keys);
        services.Replace(ServiceDescriptor.Singleton<IKeyManager, ClusterKeyManager>());
        services.AddSingleton<TokenKeys>();
        // Data protection's own reads the ring at the start, when there may be no silo yet, and logs that as an error.
        var early = services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly == typeof(KeyManagementOptions).Assembly).ToList();
        foreach (var service in early) services.Remove(service);
        if (modes != AuthModes.Guest) services.AddHostedService(provider => provider.GetRequiredService<TokenKeys>());
    }

    /// <summary>Has requests that need the keys wait for them; before authentication.</summary>
    public static Task UseAsync(HttpContext context, RequestDelegate next)
    {
        return NeedsKeys(context.Request) ? WaitAsync(context, next) : next(context);
    }

    private static async Task WaitAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await context.RequestServices.GetRequiredService<TokenKeys>().ReadyAsync();
        }
        catch (ChatException refusal) when (SocketAddress.Is(context))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            await context.Response.WriteAsync($"{refusal.Message}\n");
            return;
        }

        await next(context);
    }

    private static bool NeedsKeys(HttpRequest request) =>
        request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        || request.Path.StartsWithSegments("/api/accounts", StringComparison.OrdinalIgnoreCase)
        || request.Path.StartsWithSegments("/api/tokens", StringComparison.OrdinalIgnoreCase);
}
