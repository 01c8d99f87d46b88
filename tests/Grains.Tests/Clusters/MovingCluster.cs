using OrleansChat.Grains.Tests.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>Three silos, so that one can go and the grains of the others still have somewhere to go.</summary>
public sealed class MovingCluster() : ChatCluster(Patience, SqliteTempStore.CreateAsync, silos: 3, ownDirectory: true);
