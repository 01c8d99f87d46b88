using Npgsql;
using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Cluster.Tests.Logs;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Cluster.Tests.Scenarios;

/// <summary>
/// What must hold when everybody has fallen silent: the log has each acknowledged message once; each client's streams
/// are the log from where they began; everybody knows who is online.
/// </summary>
internal sealed class Proof(Crowd crowd, string connectionString, IReadOnlyList<Uri> gateways, string visitor)
{
    public async Task PresenceAsync()
    {
        await Patience.UntilAsync(() => crowd.Rooms.Select(MissingPresence).FirstOrDefault(missing => missing is not null));
        await using var stranger = await Visitor.ConnectAsync(gateways[0], visitor);
        foreach (var room in crowd.Rooms)
        {
            var (users, count) = await stranger.JoinAsync(room.Room);
            var expected = crowd.OnlineIn(room.Room).Append(visitor).Order(StringComparer.Ordinal).ToArray();
            if (!users.Order(StringComparer.Ordinal).SequenceEqual(expected) || count != expected.Length)
                crowd.Violations.Note($"{room.Room}: a stranger was told of {count} online: {string.Join(' ', users)}; there are {string.Join(' ', expected)}");
        }
    }

    public async Task LogsAsync()
    {
        var visitors = new List<Visitor>();
        foreach (var gateway in gateways) visitors.Add(await Visitor.ConnectAsync(gateway, visitor));
        await using var database = await PostgresServer.ConnectAsync(connectionString);
        foreach (var room in crowd.Rooms)
        {
            var stored = await ReadAsync(database, room.Room);
            room.Compare("the table", stored);
            foreach (var reader in visitors)
            {
                var history = await reader.ReadAsync(room.Room);
                if (!history.SequenceEqual(stored)) room.Compare("the history", history);
                if (history.Count != stored.Count)
                    crowd.Violations.Note($"{room.Room}: the history has {history.Count} messages, the table {stored.Count}");
            }

            // Each message was held against the others' as it came, and theirs against the log just now: what is left
            // is that they all come to its end.
            await Patience.UntilAsync(() => crowd.Clients
                .Where(c => c.Streams.Any(s => s.Room == room.Room) && c.CursorOf(room.Room) != stored.Count)
                .Select(c => $"{room.Room}: {c.User} has {c.CursorOf(room.Room)} of {stored.Count}")
                .FirstOrDefault());
        }

        foreach (var reader in visitors) await reader.DisposeAsync();
    }

    private string? MissingPresence(RoomLedger room)
    {
        var expected = crowd.OnlineIn(room.Room).ToHashSet();
        foreach (var client in crowd.Present.Where(c => c.Streams.Any(s => s.Room == room.Room)))
        {
            var (users, isCountRight) = client.OnlineIn(room.Room);
            if (!expected.SetEquals(users))
                return $"{room.Room}: {client.User} believes wrongly online: {string.Join(' ', users.Except(expected))}; offline: {string.Join(' ', expected.Except(users))}";
            if (!isCountRight) return $"{room.Room}: {client.User} was told another number online than {users.Length}";
        }

        return null;
    }

    private async Task<List<LogEntry>> ReadAsync(NpgsqlConnection database, string room)
    {
        await using var command = new NpgsqlCommand("SELECT seq, sender, key, text, epoch FROM events WHERE room = $1 ORDER BY seq", database);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = room });
        await using var rows = await command.ExecuteReaderAsync();
        var log = new List<LogEntry>();
        for (var epoch = 0L; await rows.ReadAsync(); epoch = rows.GetInt64(4))
        {
            Assert.Equal(log.Count + 1, rows.GetInt64(0));
            // Who has been followed by another activation commits no more.
            if (rows.GetInt64(4) < epoch) crowd.Violations.Note($"{room}: epoch {rows.GetInt64(4)} committed {rows.GetInt64(0)}, after epoch {epoch}");
            log.Add(new(rows.GetString(1), rows.GetString(2), rows.GetString(3)));
        }

        return log;
    }
}
