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

    /// <summary>
    /// Rooms that come into being within ten minutes because a user creates or joins them: 1 to 1,000,000, 30 by default.
    /// </summary>
    public int RoomsCreated { get; set; } = 30;

    /// <summary>Users whom a user may invite within ten minutes: 1 to 1,000,000, 200 by default.</summary>
    public int MembersInvited { get; set; } = 200;

    /// <summary>
    /// Direct rooms that come into being within ten minutes because a user speaks first: 1 to 1,000,000, 50 by default.
    /// </summary>
    public int DirectRoomsOpened { get; set; } = 50;

    /// <summary>
    /// Searches for rooms a minute that a user may make for as long as they like, on all gateways: 1 to 1,000,000, 180 by
    /// default.
    /// </summary>
    public int SearchesPerMinute { get; set; } = 180;

    /// <summary>
    /// Searches for rooms that a user may make at once after a rest: 1 to 1,000,000, and no more than come back within
    /// ten minutes; 30 by default.
    /// </summary>
    public int SearchBurst { get; set; } = 30;

    /// <summary>
    /// Connects a second from one address (a /64 network of IPv6), for as long as it likes: 1 to 1,000,000, 100 by default.
    /// </summary>
    public int ConnectsPerSecondPerAddress { get; set; } = 100;

    /// <summary>Connects at once from one address after a rest: 1 to 1,000,000, 2,000 by default.</summary>
    public int ConnectBurstPerAddress { get; set; } = 2_000;

    /// <summary>Connections that one address may have at once: 1 to 10,000,000, 5,000 by default.</summary>
    public int ConnectionsPerAddress { get; set; } = 5_000;

    /// <summary>
    /// Requests a second from one address for what is told to anybody (the page, the description of the API, what does
    /// not exist), for as long as it likes: 1 to 1,000,000, 500 by default.
    /// </summary>
    public int RequestsPerSecondPerAddress { get; set; } = 500;

    /// <summary>Such requests at once from one address after a rest: 1 to 1,000,000, 10,000 by default.</summary>
    public int RequestBurstPerAddress { get; set; } = 10_000;

    /// <summary>Attempts a minute to log in from one address, for as long as it likes: 1 to 1,000,000, 30 by default.</summary>
    public int LoginsPerMinutePerAddress { get; set; } = 30;

    /// <summary>Attempts to log in at once from one address after a rest: 1 to 1,000,000, 30 by default.</summary>
    public int LoginBurstPerAddress { get; set; } = 30;

    /// <summary>Accounts registered within an hour from one address: 1 to 1,000,000, 60 by default.</summary>
    public int RegistrationsPerHourPerAddress { get; set; } = 60;

    /// <summary>
    /// Memory of the process, in MB as the system counts it, above which new clients are refused: 0 to 16,777,216; 0,
    /// the default, is no limit.
    /// </summary>
    public int MemoryMegabytes { get; set; }

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
