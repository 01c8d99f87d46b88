using OrleansChat.Grains.Tests.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>
/// A cluster whose silos are killed. Nobody answers a call that was on its way to one, so the client waits a short
/// time only; the tests call again.
/// </summary>
public sealed class ImpatientCluster() : ChatCluster(ShortPatience, SqliteTempStore.CreateAsync, fate: Fate.Die)
{
    internal static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(3);
}
