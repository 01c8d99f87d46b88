using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace OrleansChat.Browser.Tests.Servers;

/// <summary>Somebody without a browser: commands over a WebSocket, each awaited. Fills rooms and keeps order in them.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    // Far more than any test leaves unread.
    private readonly Channel<JsonObject> _frames = Channel.CreateBounded<JsonObject>(10_000);
    private Task _reading = Task.CompletedTask;
    private int _lastId;

    private Terminal()
    {
    }

    public static async Task<Terminal> ConnectAsync(IChatServer server, string user, string name = "")
    {
        var terminal = new Terminal();
        var address = new UriBuilder(server.Address)
        {
            Scheme = "ws",
            Path = "/ws",
            Query = $"subscribe=none&user={Uri.EscapeDataString(user)}&name={Uri.EscapeDataString(name)}",
        };
        await terminal._socket.ConnectAsync(address.Uri, CancellationToken.None);
        terminal._reading = terminal.KeepReadingAsync();
        return terminal;
    }

    /// <summary>Sends a command and waits for its reply, which must not be an error.</summary>
    public async Task<JsonObject> AskAsync(JsonObject command) => (await AskAllAsync([command])).Single();

    /// <summary>Sends many commands, then waits for as many replies.</summary>
    public async Task<IReadOnlyList<JsonObject>> AskAllAsync(IReadOnlyList<JsonObject> commands)
    {
        using var patience = new CancellationTokenSource(Patience);
        foreach (var command in commands)
        {
            command["id"] = ++_lastId;
            await WriteAsync(command, patience.Token);
        }

        var replies = new List<JsonObject>();
        while (replies.Count < commands.Count)
        {
            var frame = await _frames.Reader.ReadAsync(patience.Token);
            if (frame["id"] is null) continue;
            Assert.NotEqual("error", (string?)frame["type"]);
            replies.Add(frame);
        }

        return replies;
    }

    public Task<JsonObject> JoinAsync(string room) => AskAsync(new() { ["type"] = "join", ["room"] = room });

    public Task CreateAsync(string room, string topic) =>
        AskAsync(new() { ["type"] = "create", ["room"] = room, ["kind"] = "public", ["topic"] = topic });

    public Task SayAsync(string room, params string[] texts) => AskAllAsync(
        [.. texts.Select(text => new JsonObject { ["type"] = "send", ["room"] = room, ["text"] = text })]);

    public Task SayToAsync(string user, string text) =>
        AskAsync(new() { ["type"] = "send", ["to"] = user, ["text"] = text });

    public Task SetTopicAsync(string room, string topic) =>
        AskAsync(new() { ["type"] = "topic", ["room"] = room, ["topic"] = topic });

    /// <summary>Archives a room, or restores it.</summary>
    public Task ArchiveAsync(string room, bool archived, string reason) =>
        AskAsync(new() { ["type"] = "archive", ["room"] = room, ["archived"] = archived, ["reason"] = reason });

    public Task GiveRoleAsync(string room, string user, string role) =>
        AskAsync(new() { ["type"] = "role", ["room"] = room, ["user"] = user, ["role"] = role });

    /// <summary>Is typing. Nothing answers that.</summary>
    public Task TypeAsync(string room) => WriteAsync(new() { ["type"] = "typing", ["room"] = room }, CancellationToken.None);

    /// <summary>What an owner may do to a member: <c>mute</c>, <c>kick</c> …</summary>
    public Task ModerateAsync(string action, string room, string user) =>
        AskAsync(new() { ["type"] = action, ["room"] = room, ["user"] = user });

    /// <summary>Waits until its user has read up to a seq, here or elsewhere.</summary>
    public async Task UntilReadAsync(string room, long seq)
    {
        using var patience = new CancellationTokenSource(Patience);
        var joined = await JoinAsync(room);
        if ((long?)joined["readSeq"] >= seq) return;
        JsonObject frame;
        do frame = await _frames.Reader.ReadAsync(patience.Token);
        while ((string?)frame["type"] != "read" || (long?)frame["seq"] < seq);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private Task WriteAsync(JsonObject command, CancellationToken cancellation) => _socket.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    // Always, for who does not read does not answer the server's pings either, and is taken to be gone.
    private async Task KeepReadingAsync()
    {
        var buffer = new byte[256 * 1024];
        var length = 0;
        try
        {
            while (_socket.State == WebSocketState.Open)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += part.Count;
                if (!part.EndOfMessage || part.MessageType == WebSocketMessageType.Close) continue;
                await _frames.Writer.WriteAsync(JsonNode.Parse(buffer.AsSpan(0, length))!.AsObject());
                length = 0;
            }

            _frames.Writer.Complete();
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            _frames.Writer.Complete(error);
        }
    }
}
