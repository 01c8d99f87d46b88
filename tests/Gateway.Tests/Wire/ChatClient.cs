using System.Globalization;
using System.Text.Json;

namespace OrleansChat.Gateway.Tests.Wire;

/// <summary>A client of the JSON endpoint: sends commands, awaits their replies, and keeps every frame.</summary>
internal sealed class ChatClient : IAsyncDisposable
{
    private readonly Received<JsonElement> _received = new();
    private WireClient? _wire;
    private int _lastId;

    public JsonElement Welcome { get; private set; }

    public string? SubProtocol => Wire.SubProtocol;

    /// <summary>All frames so far, the welcome included.</summary>
    public IReadOnlyList<JsonElement> Frames => _received.All;

    private WireClient Wire => _wire!;

    /// <summary>Connects, and waits for the welcome.</summary>
    public static async Task<ChatClient> ConnectAsync(Uri address, params string[] subProtocols)
    {
        var client = await OpenAsync(address, subProtocols);
        client.Welcome = await client.TakeAsync("welcome");
        return client;
    }

    /// <summary>Connects, whatever the server says to it.</summary>
    public static Task<ChatClient> OpenAsync(Uri address, params string[] subProtocols) =>
        OpenAsync(address, new Dictionary<string, string>(), subProtocols);

    /// <summary>Connects with headers of the request, whatever the server says to it.</summary>
    public static async Task<ChatClient> OpenAsync(Uri address, IReadOnlyDictionary<string, string> headers, params string[] subProtocols)
    {
        var client = new ChatClient();
        client._wire = await WireClient.ConnectAsync(address, headers, client.OnFrame, client._received.End, subProtocols);
        return client;
    }

    /// <summary>Waits for the first frame of a connection that was let in.</summary>
    public async Task<JsonElement> WelcomedAsync() => Welcome = await TakeAsync("welcome");

    /// <summary>Sends a frame as it stands.</summary>
    public Task SendAsync(string frame) => Wire.SendAsync(frame);

    /// <summary>Sends a command without an id.</summary>
    public Task TellAsync(object command) => Wire.SendAsync(JsonSerializer.Serialize(command));

    /// <summary>Sends a command with an id, without waiting for the reply.</summary>
    public async Task<long> PostAsync(object command)
    {
        var json = JsonSerializer.SerializeToNode(command)!.AsObject();
        var id = Interlocked.Increment(ref _lastId);
        json["id"] = id;
        await Wire.SendAsync(json.ToJsonString());
        return id;
    }

    /// <summary>The reply to a command: a success or an error.</summary>
    public Task<JsonElement> ReplyAsync(long id) => _received.TakeAsync(
        frame => frame.TryGetProperty("id", out var of) && of.ValueKind == JsonValueKind.Number && of.GetInt64() == id,
        string.Create(CultureInfo.InvariantCulture, $"reply to {id}"));

    /// <summary>Sends a command and awaits its reply, whatever it is.</summary>
    public async Task<JsonElement> AskAsync(object command) => await ReplyAsync(await PostAsync(command));

    /// <summary>Sends a command and awaits its success.</summary>
    public async Task<JsonElement> DoAsync(object command)
    {
        var reply = await AskAsync(command);
        Assert.True(!reply.Is("error"), $"{JsonSerializer.Serialize(command)} was answered with {reply}");
        return reply;
    }

    /// <summary>Sends a command and awaits its refusal.</summary>
    public async Task<JsonElement> RefusedAsync(object command, string code, string? field = null)
    {
        var reply = await AskAsync(command);
        Assert.True(reply.Is("error"), $"{JsonSerializer.Serialize(command)} was answered with {reply}");
        Assert.Equal(code, reply.Text("code"));
        Assert.NotEmpty(reply.Text("message"));
        if (field is not null) Assert.Equal(field, reply.TextOrNull("field"));
        return reply;
    }

    public Task<JsonElement> JoinAsync(string room) => DoAsync(new { type = "join", room });

    /// <summary>Says something and gives the ack.</summary>
    public Task<JsonElement> SayAsync(string room, string text) => DoAsync(new { type = "send", room, text });

    /// <summary>The next frame of this type that nobody has taken.</summary>
    public Task<JsonElement> TakeAsync(string type, Func<JsonElement, bool>? wanted = null) =>
        _received.TakeAsync(frame => frame.Is(type) && wanted?.Invoke(frame) != false, type);

    /// <summary>The next message of a room.</summary>
    public Task<JsonElement> MessageAsync(string room) => TakeAsync("message", frame => frame.Text("room") == room);

    /// <summary>All that the server had put into this client's outbox before now is received after this.</summary>
    public Task CatchUpAsync() => DoAsync(new { type = "ping" });

    public IEnumerable<JsonElement> Of(string type) => Frames.Where(frame => frame.Is(type));

    public Task<Closed> ClosedAsync() => Wire.ClosedAsync();

    public Task<Closed> CloseAsync() => Wire.CloseAsync();

    public void Abort() => Wire.Abort();

    public ValueTask DisposeAsync() => Wire.DisposeAsync();

    private void OnFrame(string frame)
    {
        foreach (var line in frame.Split('\n', StringSplitOptions.RemoveEmptyEntries)) _received.Add(FrameFields.Parse(line));
    }
}
