using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansChat.Grains.Hosting;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Postgres;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

/// <summary>A store over a database of its own on a real server.</summary>
internal sealed class PostgresTempStore : TempStore
{
    private readonly ConcurrentBag<PostgresStore> _ofSilos = [];

    // Makes another one that is like it.
    private readonly Func<PostgresStore> _make;

    private PostgresTempStore(PostgresStore store, string connectionString, Func<PostgresStore> make) =>
        (Store, ConnectionString, _make) = (store, connectionString, make);

    /// <summary>A minute, where the product gives up after seconds.</summary>
    public static PostgresLimits Patient { get; } = PostgresLimits.Usual with { Statement = "60s", Lock = "60s" };

    public PostgresStore Store { get; private set; }

    public string ConnectionString { get; }

    public override IRoomStore Rooms => Store.Rooms;

    public override IUserStore Users => Store.Users;

    public override IAccountStore Accounts => Store.Accounts;

    public override IDataKeyStore DataKeys => Store.DataKeys;

    public override IChatReader Reader => Store.Reader;

    /// <summary>Makes a database and opens a store over it, that gives up when the product's does.</summary>
    /// <param name="server">Where.</param>
    /// <param name="writers">One, for tests of what happens in one group.</param>
    public static Task<PostgresTempStore> CreateAsync(PostgresServer server, int writers = 4) =>
        CreateAsync(server, writers, TimeProvider.System, PostgresLimits.Usual);

    /// <summary>
    /// As any other, but nothing is given up because the machine is slow: for as long as that may take, the server waits
    /// for locks, and those who wait for the server do so too.
    /// </summary>
    public static Task<PostgresTempStore> CreatePatientAsync(PostgresServer server, int writers = 4, TimeProvider? clock = null) =>
        CreateAsync(server, writers, clock ?? new SlowClock(), Patient);

    /// <summary>Makes a database and opens a store over it that gives up otherwise than the product's.</summary>
    public static async Task<PostgresTempStore> CreateAsync(PostgresServer server, int writers, TimeProvider clock, PostgresLimits limits)
    {
        // How long the driver tries to connect: it has no other clock than the machine's.
        var connectionString = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()) { Timeout = 60 }.ConnectionString;
        return new PostgresTempStore(await OpenAsync(Make()), connectionString, Make);

        PostgresStore Make() => new(connectionString, clock, NullLogger.Instance, writers, limits);
    }

    /// <summary>A store that is as patient, unless it has another clock.</summary>
    public static PostgresStore Unopened(string connectionString, TimeProvider? clock = null) =>
        new(connectionString, clock ?? new SlowClock(), NullLogger.Instance, writers: 4, Patient);

    public static Task<PostgresStore> OpenAsync(string connectionString) => OpenAsync(Unopened(connectionString));

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
        Store = await OpenAsync(_make());
    }

    public override async Task<RivalStore> OpenRivalAsync()
    {
        var rival = await OpenAsync(_make());
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
            var store = _make();
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
