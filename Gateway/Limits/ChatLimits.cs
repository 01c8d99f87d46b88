namespace OrleansChat.Gateway.Limits;

/// <summary>What a client may cost. Bound from <c>Chat:Limits</c> and checked at start.</summary>
public sealed class ChatLimits
{
    /// <summary>The largest frame a client may send, in bytes: 1 KiB to 16 MiB, 64 KiB by default.</summary>
    public int FrameBytes { get; set; } = 64 * 1024;

    /// <summary>The longest text of a message, in bytes of UTF-8: 1 to <see cref="FrameBytes"/>, 8 KiB by default.</summary>
    public int TextBytes { get; set; } = 8 * 1024;

    /// <summary>The largest <c>data</c> of a message, in bytes of JSON: 0 to <see cref="FrameBytes"/>, 16 KiB by default.</summary>
    public int DataBytes { get; set; } = 16 * 1024;

    /// <summary>Commands a second that a connection may send for as long as it likes: 1 to 1,000,000, 100 by default.</summary>
    public int CommandsPerSecond { get; set; } = 100;

    /// <summary>Commands that a connection may send at once after a rest: 1 to 1,000,000, 500 by default.</summary>
    public int CommandBurst { get; set; } = 500;

    /// <summary>
    /// Commands a second that a user may send for as long as they like, over all connections of all gateways and over
    /// HTTP: 1 to 1,000,000, 200 by default.
    /// </summary>
    public int UserCommandsPerSecond { get; set; } = 200;

    /// <summary>
    /// Commands that a user may send at once after a rest: 1 to 1,000,000, and no more than come back within ten
    /// minutes; 1,000 by default.
    /// </summary>
    public int UserCommandBurst { get; set; } = 1000;

    /// <summary>Connections that a user may have at once: 1 to 10,000, 16 by default.</summary>
    public int ConnectionsPerUser { get; set; } = 16;

    /// <summary>Connections that this gateway holds at once: 1 to 10,000,000, 100,000 by default.</summary>
    public int Connections { get; set; } = 100_000;

    /// <summary>
    /// Bytes that may wait for a client that does not read before it is disconnected: 64 KiB to 1 GiB, 1 MiB by default.
    /// </summary>
    public int OutboxBytes { get; set; } = 1024 * 1024;

    /// <summary>Events that a resuming client is sent rather than told to read history: 0 to 100,000, 1,000 by default.</summary>
    public int ReplayEvents { get; set; } = 1_000;

    /// <summary>Seconds without a sign of life after which a client is pinged: 1 to 30, 20 by default.</summary>
    public int PingSeconds { get; set; } = 20;

    /// <summary>Seconds in which a ping must be answered: 1 to 30, 20 by default. A dead peer is found within both.</summary>
    public int PongSeconds { get; set; } = 20;
}
