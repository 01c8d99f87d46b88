namespace OrleansChat.Gateway.Tests.Wire;

/// <summary>A person at the text endpoint: types lines, reads lines.</summary>
internal sealed class TextClient : IAsyncDisposable
{
    private readonly Received<string> _received = new();
    private WireClient? _wire;

    public IReadOnlyList<string> Lines => _received.All;

    private WireClient Wire => _wire!;

    public string? SubProtocol => Wire.SubProtocol;

    public static async Task<TextClient> ConnectAsync(Uri address, params string[] subProtocols)
    {
        var client = new TextClient();
        client._wire = await WireClient.ConnectAsync(address, client._received.Add, client._received.End, subProtocols);
        return client;
    }

    public Task TypeAsync(string line) => Wire.SendAsync(line);

    /// <summary>Waits for exactly this line.</summary>
    public Task<string> SeeAsync(string line) => _received.TakeAsync(l => l == line, $"line '{line}'");

    /// <summary>Waits for a line that begins so.</summary>
    public Task<string> SeeStartAsync(string start) =>
        _received.TakeAsync(l => l.StartsWith(start, StringComparison.Ordinal), $"line that starts with '{start}'");

    /// <summary>Types a command and waits for its answer: whatever was on its way before is received after this.</summary>
    public async Task CatchUpAsync()
    {
        await TypeAsync("/help");
        await SeeStartAsync("* //text");
    }

    public Task<Closed> ClosedAsync() => Wire.ClosedAsync();

    public ValueTask DisposeAsync() => Wire.DisposeAsync();
}
