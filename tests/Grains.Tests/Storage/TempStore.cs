using System.Collections.Immutable;
using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>An open store over a real database of its own, which goes with it.</summary>
public abstract class TempStore : IAsyncDisposable
{
    /// <summary>When the rooms and events of these tests are made, unless a test says otherwise.</summary>
    public static readonly DateTimeOffset At = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    public abstract IRoomStore Rooms { get; }

    public abstract IUserStore Users { get; }

    public abstract IAccountStore Accounts { get; }

    public abstract IDataKeyStore DataKeys { get; }

    public abstract IChatReader Reader { get; }

    public static Draft Text(string text, string? key = null) => new(text, key, ReplyTo: null, Data: null);

    public static SenderDraft From(string sender, Draft draft) => new(sender, Name: null, draft);

    /// <summary>Closes the store and opens it again, as a new process does.</summary>
    public abstract Task ReopenAsync();

    /// <summary>Another store over the same database: what another silo has that believes to hold a room.</summary>
    public abstract Task<RivalStore> OpenRivalAsync();

    /// <summary>Holds up the writer of a room or user before it looks at what waits.</summary>
    public abstract Task<WriterGate> HoldWriterAsync(string owner);

    /// <summary>A connection of the test's own to the same database.</summary>
    public abstract Task<DbConnection> ConnectAsync();

    public async Task<RoomHead> CreateAsync(
        string room, string creator = "alice", RoomKind kind = RoomKind.Public, string? topic = null) =>
        await Rooms.CreateAsync(new NewRoom(room, $"log-of-{room}", kind, topic, creator, MemberRole.Owner, At))
        ?? throw new InvalidOperationException($"there is a room '{room}' already");

    public Task<AppendResult> AppendAsync(RoomHead head, long lastSeq, params ImmutableArray<SenderDraft> drafts) =>
        Rooms.AppendAsync(new AppendRequest(new RoomFence(head.Room, head.Epoch), lastSeq, At, drafts));

    public async Task<ImmutableArray<RoomEvent>> LogAsync(string room) =>
        (await Reader.ReadAfterAsync(room, 0, 100_000)).Events;

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>All rows of a query, as text.</summary>
    public async Task<ImmutableArray<string>> QueryAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var row = await command.ExecuteReaderAsync();
        var rows = ImmutableArray.CreateBuilder<string>();
        while (await row.ReadAsync()) rows.Add(string.Join('|', Enumerable.Range(0, row.FieldCount).Select(row.GetValue)));
        return rows.ToImmutable();
    }

    /// <summary>Everything that rooms have in the database.</summary>
    public async Task<ImmutableArray<string>> DumpAsync()
    {
        var rows = ImmutableArray.CreateBuilder<string>();
        foreach (var table in new[] { "rooms", "events", "members", "bans", "audit" })
            rows.AddRange((await QueryAsync($"SELECT * FROM {table} ORDER BY 1, 2")).Select(row => $"{table}|{row}"));
        return rows.ToImmutable();
    }

    /// <summary>Gives a silo the store; where several processes can share a database, one of its own.</summary>
    public virtual void AddToSilo(IServiceCollection services)
    {
        services.AddSingleton(Rooms);
        services.AddSingleton(Users);
        services.AddSingleton(Accounts);
        services.AddSingleton(DataKeys);
        services.AddSingleton(Reader);
    }

    public abstract ValueTask DisposeAsync();
}

/// <summary>A second store over a database.</summary>
/// <param name="Rooms">Where it writes rooms.</param>
/// <param name="Store">What has to be disposed.</param>
public sealed record RivalStore(IRoomStore Rooms, IAsyncDisposable Store) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
