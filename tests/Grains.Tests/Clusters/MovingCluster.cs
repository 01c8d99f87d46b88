using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansChat.Grains.Moving;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>Three silos, so that one can go and the grains of the others still have somewhere to go.</summary>
/// <remarks>
/// A silo that stops sends its grains on for five seconds, and lingers for one. On a machine that is slow enough that is
/// too short, which costs a repeated send or a renewal and nobody a message. These tests are about what is so when it
/// is not: no silo is too late here, and one lingers for as long as a test holds it.
/// </remarks>
public sealed class MovingCluster() : ChatCluster(Patience, SqliteTempStore.CreateAsync, silos: 3, Fate.Stop, ownDirectory: true)
{
    /// <summary>By which a silo lingers that has sent all its grains on.</summary>
    internal HeldClock LingeringClock { get; } = new();

    protected override void Change(IServiceCollection services)
    {
        var standing = new ManualClock();
        services.AddSingleton(silo => new Departure(
            silo.GetRequiredService<IClusterMembershipService>(), silo.GetRequiredService<ILocalSiloDetails>(), standing));
        services.Remove(services.Single(service => !service.IsKeyedService && service.ImplementationType == typeof(Lingering)));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(silo => new Lingering(
            silo.GetRequiredService<IClusterMembershipService>(), silo.GetRequiredService<ILocalSiloDetails>(), LingeringClock));
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(3));
    }
}

/// <summary>Three silos for tests that kill some, too.</summary>
public sealed class DyingCluster() : ChatCluster(Patience, SqliteTempStore.CreateAsync, silos: 3, Fate.Die, ownDirectory: true);
