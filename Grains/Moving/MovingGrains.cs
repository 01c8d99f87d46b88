using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.GrainDirectory;

namespace OrleansChat.Grains.Moving;

/// <summary>What grains need of a silo that they can leave.</summary>
internal static class MovingGrains
{
    /// <remarks>
    /// The directory of grains is the one that Orleans calls distributed. The one that it has by default loses its part
    /// with each silo that goes, even in good order: the others then deactivate those of their own grains that were
    /// listed there, and calls to those that move are sent in circles until they fail. This one hands its part on, and
    /// after a crash asks the others what they have.
    /// </remarks>
    public static void AddMovingGrains(this ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003 // It may change from one version to the next; the tests of moving rooms notice.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.Configure<GrainDirectoryOptions>(options => options.MaximumCacheTTL = DirectoryCache.Memory);
        silo.Services.AddSingleton<IGrainDirectoryCache>(services => new DirectoryCache(
            GrainDirectoryCacheFactory.CreateGrainDirectoryCache(
                services, services.GetRequiredService<IOptions<GrainDirectoryOptions>>().Value),
            services.GetRequiredService<IClusterMembershipService>()));
        silo.Services.AddSingleton<Departure>();
        silo.Services.AddSingleton<LastWords>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, Lingering>();
    }
}
