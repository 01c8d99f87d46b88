using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansChat.Grains.Hosting;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Postgres;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

/// <summary>A store over a database of its own on a real server.</summary>
internal sealed class PostgresTempStore : TempStore
{
    private readonly ConcurrentBag<PostgresStore> _ofSilos = [];
    // A minute, where the product gives up after seconds.
    private static readonly PostgresLimits Patient = PostgresLimits.Usual with { Statement = "60s", Lock = "60s" };

    private readonly int _writers;

    private PostgresTempStore(PostgresStore store, string connectionString, int writers) =>
        (Store, ConnectionString, _writers) = (store, connectionString, writers);

    public PostgresStore Store { get; private set; }

    public string ConnectionString { get; }

    public override IRoomStore Rooms => Store.Rooms;

    public override IUserStore Users => Store.Users;

    public override IAccountStore Accounts => Store.Accounts;

    public override IDataKeyStore DataKeys => Store.DataKeys;

    public override IChatReader Reader => Store.Reader;

    /// <summary>Makes a database and opens a store over it.</summary>
    /// <param name="server">Where.</param>
    /// <param name="writers">One, for tests of what happens in one group.</param>
    public static async Task<PostgresTempStore> CreateAsync(PostgresServer server, int writers = 4)
    {
        var connectionString = await server.CreateDatabaseAsync();
        return new PostgresTempStore(await OpenAsync(connectionString, writers), connectionString, writers);
    }

    /// <summary>
    /// As any other, but the server waits for locks for as long as a slow machine may take to see that it
    /// does; with another clock, so do those who wait for the server.
    /// </summary>
    public static Task<PostgresTempStore> CreatePatientAsync(PostgresServer server, int writers = 4, TimeProvider? clock = null) =>
        CreateAsync(server, writers, clock ?? TimeProvider.System, Patient);

    /// <summary>Makes a database and opens a store over it that gives up otherwise than the product's.</summary>
    public static async Task<PostgresTempStore> CreateAsync(PostgresServer server, int writers, TimeProvider clock, PostgresLimits limits)
    {
        var connectionString = await server.CreateDatabaseAsync();
        var store = new PostgresStore(connectionString, clock, NullLogger.Instance, writers, limits);
        return new PostgresTempStore(await OpenAsync(store), connectionString, writers);
    }

    public static PostgresStore Unopened(string connectionString, int writers = 4) =>
        new(connectionString, TimeProvider.System, NullLogger.Instance, writers, PostgresLimits.Usual);

    public static Task<PostgresStore> OpenAsync(string connectionString, int writers = 4) => OpenAsync(Unopened(connectionString, writers));

    private static async Task<PostgresStore> OpenAsync(PostgresStore store)
    {
        try
        {
            await store.OpenAsync(CancellationToken.None);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public override async Task<DbConnection> ConnectAsync() => await PostgresServer.ConnectAsync(ConnectionString);

    public override async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync(ConnectionString, _writers);
    }

    public override async Task<RivalStore> OpenRivalAsync()
    {
        var rival = await OpenAsync(ConnectionString, _writers);
        return new RivalStore(rival.Rooms, rival);
    }

    public override async Task<WriterGate> HoldWriterAsync(string owner)
    {
        var gate = new WriterGate();
        // A silo that was killed has closed its store.
        foreach (var store in _ofSilos.Prepend(Store))
        {
            var held = new Held(owner, gate);
            if (!store.WriterOf(owner).RunAsync(held).IsFaulted) await held.ReachedAsync();
        }

        return gate;
    }

    // As a process does it.
    public override void AddToSilo(IServiceCollection services) => services.AddStore(
        _ =>
        {
            var store = Unopened(ConnectionString);
            _ofSilos.Add(store);
            return store;
        },
        static (store, stop) => store.OpenAsync(stop));

    public override ValueTask DisposeAsync() => Store.DisposeAsync();

    private sealed class Held(string owner, WriterGate gate) : PostgresWork<bool>(owner), IPostgresStatement
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task ReachedAsync() => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public NpgsqlBatchCommand ToCommand()
        {
            _reached.TrySetResult();
            gate.Wait();
            return new NpgsqlBatchCommand("SELECT true");
        }

        public void Read(NpgsqlDataReader? row) => Succeed(row is not null);
    }
}
