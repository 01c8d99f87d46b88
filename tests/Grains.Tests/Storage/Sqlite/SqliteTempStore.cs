using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Storage.Sqlite;

/// <summary>A store over a real file in a folder of its own.</summary>
internal sealed class SqliteTempStore : TempStore, IDisposable
{
    private readonly TempFolder _folder = new();

    private readonly TimeProvider _clock;

    public SqliteTempStore(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        Store = Open(_folder.Path, _clock);
    }

    public SqliteStore Store { get; private set; }

    public override IRoomStore Rooms => Store.Rooms;

    public override IUserStore Users => Store.Users;

    public override IAccountStore Accounts => Store.Accounts;

    public override IDataKeyStore DataKeys => Store.DataKeys;

    public override IChatReader Reader => Store.Reader;

    public string File => Store.File;

    public static Task<TempStore> CreateAsync() => Task.FromResult<TempStore>(new SqliteTempStore());

    public static SqliteStore Unopened(string directory, TimeProvider? clock = null) =>
        new(directory, clock ?? TimeProvider.System, NullLogger<SqliteStore>.Instance);

    public static SqliteStore Open(string directory, TimeProvider? clock = null)
    {
        var store = Unopened(directory, clock);
        try
        {
            store.Open();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    public static SqliteConnection Connect(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public SqliteConnection Connect() => Connect(File);

    public override Task<DbConnection> ConnectAsync() => Task.FromResult<DbConnection>(Connect());

    public override Task ReopenAsync()
    {
        Store.Dispose();
        Store = Open(_folder.Path, _clock);
        return Task.CompletedTask;
    }

    // A process holds the directory for itself, so that the rival is a writer without it.
    public override Task<RivalStore> OpenRivalAsync()
    {
        var file = new SqliteFile(File);
        var writer = new SqliteWriter(file, NullLogger.Instance);
        writer.Start(file.OpenForWriting());
        return Task.FromResult(new RivalStore(new SqliteRoomStore(writer), new RivalWriter(writer)));
    }

    public override async Task<WriterGate> HoldWriterAsync(string owner)
    {
        var gate = new WriterGate();
        _ = Store.Writer.RunAsync(_ => gate.Wait());
        await gate.ReachedAsync();
        return gate;
    }

    public override ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        Store.Dispose();
        _folder.Dispose();
    }

    private sealed class RivalWriter(SqliteWriter writer) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            writer.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
