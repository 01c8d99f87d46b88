using OrleansChat.Grains.Tests.Storage.Postgres;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>Two silos over PostgreSQL, each with a store of its own, as processes have.</summary>
public sealed class PostgresCluster(SharedPostgres postgres) : ChatCluster(Patience, postgres.CreateStoreAsync);

/// <summary>The same for tests that kill silos.</summary>
public sealed class ImpatientPostgresCluster(SharedPostgres postgres)
    : ChatCluster(ImpatientCluster.ShortPatience, postgres.CreateStoreAsync, fate: Fate.Die);
