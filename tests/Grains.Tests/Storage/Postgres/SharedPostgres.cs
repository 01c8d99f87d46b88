using OrleansChat.Tests.Postgres;

[assembly: AssemblyFixture(typeof(OrleansChat.Grains.Tests.Storage.Postgres.SharedPostgres))]

namespace OrleansChat.Grains.Tests.Storage.Postgres;

/// <summary>One server for all tests that do it no harm; each has a database of its own. It starts when the first one asks.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync());

    public Task<PostgresServer> ServerAsync() => _server.Value;

    /// <summary>Opens a store over a new database.</summary>
    public async Task<TempStore> CreateStoreAsync() => await PostgresTempStore.CreatePatientAsync(await ServerAsync());

    /// <summary>Opens a store all of whose rooms share a writer.</summary>
    public async Task<TempStore> CreateStoreOfOneWriterAsync() => await PostgresTempStore.CreatePatientAsync(await ServerAsync(), writers: 1);

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}
