using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>An open store over a real file in a folder of its own.</summary>
internal sealed class TempStore : IDisposable
{
    /// <summary>When the rooms and events of these tests are made, unless a test says otherwise.</summary>
    public static readonly DateTimeOffset At = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    public TempStore() => Store = Open(_folder.Path);

    public SqliteStore Store { get; private set; }

    public IRoomStore Rooms => Store.Rooms;

    public IChatReader Reader => Store.Reader;

    public string File => Store.File;

    public static SqliteStore Unopened(string directory) =>
        new(directory, TimeProvider.System, NullLogger<SqliteStore>.Instance);

    public static SqliteStore Open(string directory)
    {
        var store = Unopened(directory);
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

    public static Draft Text(string text, string? key = null) => new(text, key, ReplyTo: null, Data: null);

    public static SenderDraft From(string sender, Draft draft) => new(sender, Name: null, draft);

    /// <summary>Closes the file and opens it again, as a new process does.</summary>
    public void Reopen()
    {
        Store.Dispose();
        Store = Open(_folder.Path);
    }

    public async Task<RoomHead> CreateAsync(
        string room, string creator = "alice", RoomKind kind = RoomKind.Public, string? topic = null) =>
        await Rooms.CreateAsync(new NewRoom(room, $"log-of-{room}", kind, topic, creator, MemberRole.Owner, At))
        ?? throw new InvalidOperationException($"there is a room '{room}' already");

    public Task<AppendResult> AppendAsync(RoomHead head, long lastSeq, params ImmutableArray<SenderDraft> drafts) =>
        Rooms.AppendAsync(new AppendRequest(new RoomFence(head.Room, head.Epoch), lastSeq, At, drafts));

    public async Task<ImmutableArray<RoomEvent>> LogAsync(string room) =>
        (await Reader.ReadAfterAsync(room, 0, 100_000)).Events;

    /// <summary>A connection of the test's own to the same file.</summary>
    public SqliteConnection Connect() => Connect(File);

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

    public static T Scalar<T>(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        Store.Dispose();
        _folder.Dispose();
    }
}
