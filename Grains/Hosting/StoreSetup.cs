using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Hosting;

/// <summary>Gives the grains of a process their store.</summary>
internal static class StoreSetup
{
    /// <summary>Adds a store, which is opened before the silo starts.</summary>
    /// <param name="services">The services of the process.</param>
    /// <param name="make">Makes the store.</param>
    /// <param name="open">Opens it.</param>
    public static void AddStore<TStore>(
        this IServiceCollection services, Func<IServiceProvider, TStore> make, Func<TStore, CancellationToken, Task> open)
        where TStore : class, IChatStore
    {
        services.AddSingleton(make);
        services.AddSingleton(provider => provider.GetRequiredService<TStore>().Rooms);
        services.AddSingleton(provider => provider.GetRequiredService<TStore>().Users);
        services.AddSingleton(provider => provider.GetRequiredService<TStore>().Accounts);
        services.AddSingleton(provider => provider.GetRequiredService<TStore>().DataKeys);
        services.AddSingleton(provider => provider.GetRequiredService<TStore>().Reader);
        services.AddHostedService(provider => new StoreOpening(stop => open(provider.GetRequiredService<TStore>(), stop)));
    }
}
