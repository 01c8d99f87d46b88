using System.Net.WebSockets;
using System.Text.Json;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Cluster.Tests.Logs;

namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>Somebody who had no part in it: comes when it is over, looks around, and goes.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private const int HistoryPage = 200;

    private readonly Wire _wire = new();
    private long _lastId;

    /// <summary>Connects, and again while the server says that it is worth another try.</summary>
    public static async Task<Visitor> ConnectAsync(Uri gateway, string user)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var visitor = new Visitor();
            await visitor._wire.ConnectAsync(new Uri($"ws://{gateway.Authority}/ws?user={user}&subscribe=none"), deadline.Token);
            using var first = await visitor._wire.ReadAsync(deadline.Token);
            if (first?.RootElement.GetProperty("type").GetString() == "welcome") return visitor;
            await visitor.DisposeAsync();
            Assert.True(first?.RootElement.GetProperty("reconnect").GetBoolean(), $"{user} was not let in: {first?.RootElement}");
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, deadline.Token);
        }
    }

    /// <summary>Joins a room.</summary>
    /// <returns>Who is online in it, this visitor included.</returns>
    public async Task<(string[] Users, long Count)> JoinAsync(string room)
    {
        var joined = await AskAsync(id => new { type = "join", id, room });
        return ([.. joined.GetProperty("users").EnumerateArray().Select(user => user.GetString()!)], joined.GetProperty("online").GetInt64());
    }

    /// <summary>Reads a room's history from its beginning, page by page.</summary>
    public async Task<List<LogEntry>> ReadAsync(string room)
    {
        var log = new List<LogEntry>();
        while (true)
        {
            var page = await AskAsync(id => new { type = "history", id, room, after = log.Count, limit = HistoryPage });
            foreach (var message in page.GetProperty("messages").EnumerateArray())
            {
                Assert.Equal(log.Count + 1, message.GetProperty("seq").GetInt64());
                log.Add(new(message.GetProperty("from").GetString()!, message.GetProperty("key").GetString()!, message.GetProperty("text").GetString()!));
            }

            if (!page.GetProperty("more").GetBoolean()) return log;
        }
    }

    /// <summary>Asks, and asks again while the server cannot answer for the moment.</summary>
    public async Task<JsonElement> AskAsync(Func<long, object> command)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var reply = await AskOnceAsync(command(++_lastId), deadline.Token);
            if (reply.GetProperty("type").GetString() != "error") return reply;
            Assert.True(reply.GetProperty("retryable").GetBoolean(), $"refused: {reply}");
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, deadline.Token);
        }
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    private async Task<JsonElement> AskOnceAsync(object command, CancellationToken deadline)
    {
        Assert.True(_wire.Write(command));
        while (true)
        {
            using var frame = await _wire.ReadAsync(deadline);
            if (frame is null) throw new WebSocketException("the connection ended");
            if (frame.RootElement.TryGetProperty("id", out var id) && id.GetInt64() == _lastId) return frame.RootElement.Clone();
        }
    }
}
