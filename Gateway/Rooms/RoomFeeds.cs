using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Rooms;

/// <summary>The feeds of this gateway: one for each room that any of its clients follows.</summary>
internal sealed partial class RoomFeeds : BackgroundService
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly ConcurrentDictionary<string, RoomFeed> _feeds = new();
    private readonly FeedContext _context;

    public RoomFeeds(
        IGrainFactory grains,
        GatewayIdentity identity,
        IOptions<ChatLimits> limits,
        TimeProvider clock,
        ILogger<RoomFeeds> logger)
    {
        _context = new FeedContext(
            grains,
            identity.Name,
            identity.Observer,
            limits.Value.ReplayEvents,
            limits.Value.OutboxBytes / 2,
            feed => _feeds.TryRemove(KeyValuePair.Create(feed.Room, feed)),
            new Outage("rooms", clock, logger),
            clock,
            logger);
        identity.OnBatch = Deliver;
    }

    /// <summary>Makes a connection follow a room.</summary>
    /// <returns>The feed, for leaving it again.</returns>
    /// <inheritdoc cref="RoomFeed.JoinAsync"/>
    public async Task<RoomFeed> JoinAsync(
        string room, Connection connection, FeedPosition from, Action<FeedAnswer> onSubscribed)
    {
        while (true)
        {
            var feed = _feeds.GetOrAdd(room, static (id, context) => new RoomFeed(id, context), _context);
            if (await feed.JoinAsync(connection, from, onSubscribed)) return feed;
        }
    }

    /// <summary>A room has answered somebody, from this activation.</summary>
    public void Heard(string room, string log, long epoch)
    {
        if (_feeds.TryGetValue(room, out var feed)) feed.Heard(log, epoch);
    }

    /// <summary>A room has acknowledged a message of this seq.</summary>
    public void Acknowledged(string room, long seq)
    {
        if (_feeds.TryGetValue(room, out var feed)) feed.Acknowledged(seq);
    }

    /// <summary>Completes when the silo is gone that the room was on when it last answered this gateway.</summary>
    public Task SiloLost(string room) => _feeds.TryGetValue(room, out var feed) ? feed.SiloLost : Never;

    /// <summary>Renews the routes of the rooms that were on none of these silos, some hundreds at a time.</summary>
    public async Task RenewLostAsync(IReadOnlySet<string> silos, CancellationToken cancellation)
    {
        var renewed = await Pacing.BeginAsync(_feeds.Values, feed => feed.RenewIfLost(silos), _context.Clock, cancellation);
        if (renewed > 0) LogLost(_context.Logger, renewed);
    }

    /// <summary>Renews the routes, a few at a time and spread over the interval.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        const int Parts = 10;
        using var timer = new PeriodicTimer(RoomRules.RouteRenewalInterval / Parts, _context.Clock);
        for (var part = 0; await timer.WaitForNextTickAsync(stoppingToken); part = (part + 1) % Parts)
        {
            var due = part;
            foreach (var feed in _feeds.Values.Where(f => (uint)f.Route.GetHashCode(StringComparison.Ordinal) % Parts == due))
                feed.RenewSoon();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The silo of {Rooms} rooms is gone; they are looked for on the others")]
    private static partial void LogLost(ILogger logger, int rooms);

    private bool Deliver(RoomBatch batch) =>
        _feeds.TryGetValue(batch.Room, out var feed) && feed.Route == batch.Route && feed.Accept(batch);
}
