using OrleansChat.Gateways;
using OrleansChat.Grains.Moving;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>
/// A room's way to one gateway, with a lane of its own: one batch under way at a time, and a slow or dead gateway
/// delays nobody but itself.
/// </summary>
/// <remarks>
/// The lane holds no payloads. It holds the seq that it will send next, and takes the events from the room's recent
/// ones when the batch before has arrived. If they are gone by then, it says only "you are at seq N", and the gateway
/// pulls. A batch that failed is sent again, with what has come since: the gateway drops what it has. Signals wait in a
/// <see cref="SignalQueue"/>.
/// </remarks>
internal sealed partial class Route
{
    private const int MaxEventsPerBatch = 256;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly RoomLog _log;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SignalQueue _signals = new();
    private readonly RoomHead _head;
    private long _next;
    private bool _hasNewsOfItself;
    private bool _running;
    private bool _closed;
    private long _renewedAt;
    private TimeSpan _ageBefore;

    public Route(RouteRenewal renewal, RoomHead head, RoomLog log, TimeProvider clock, ILogger logger)
    {
        (_head, _log, _clock, _logger) = (head, log, clock, logger);
        (Id, Gateway, Observer) = (renewal.Route, renewal.Gateway, renewal.Observer);
        _next = (renewal.Cursor < 0 ? log.LastSeq : renewal.Cursor) + 1;
        Renew(renewal);
    }

    /// <summary>Takes up a route that has come along from another silo. The gateway is told of it with the first batch.</summary>
    public Route(CarriedRoute carried, RoomHead head, RoomLog log, TimeProvider clock, ILogger logger)
    {
        (_head, _log, _clock, _logger) = (head, log, clock, logger);
        (Id, Gateway, Observer, Number) = (carried.Id, carried.Gateway, carried.Observer, carried.Number);
        (_next, _ageBefore, _renewedAt) = (carried.Next, carried.Age, clock.GetTimestamp());
        foreach (var signal in carried.Signals) _signals.Add(signal);
        _hasNewsOfItself = true;
    }

    public string Id { get; }

    public string Gateway { get; }

    public IGatewayObserver Observer { get; private set; }

    /// <summary>The number of the last renewal.</summary>
    public long Number { get; private set; }

    /// <summary>The users who listen through this route.</summary>
    public HashSet<string> Users { get; } = [];

    /// <summary>Whether the gateway has said that it no longer knows this route.</summary>
    public bool IsUnknownToGateway { get; private set; }

    /// <summary>Keeps the route for another <see cref="RoomRules.RouteLease"/>.</summary>
    public void Renew(RouteRenewal renewal)
    {
        (Observer, Number) = (renewal.Observer, renewal.Number);
        (_renewedAt, _ageBefore) = (_clock.GetTimestamp(), TimeSpan.Zero);
    }

    public bool HasExpired() => Age > RoomRules.RouteLease;

    /// <summary>What another silo needs to go on with it.</summary>
    public CarriedRoute Carry()
    {
        // Announcements of presence are numbered by epoch; the gateway's next renewal makes up for them.
        var signals = _signals.All.Where(signal => signal is not PresenceSignal);
        return new CarriedRoute(Id, Gateway, Observer, [.. Users], Number, _next, Age, [.. signals]);
    }

    /// <summary>What there is to say when the activation has ended.</summary>
    public LastWord LastWord() =>
        new(Gateway, Observer, new RoomBatch(Id, _head.Room, _head.Log, _head.Epoch, _log.LastSeq, [], [], Ended: true));

    /// <summary>Sends what there is to send, unless a batch is under way; then that one's arrival does it.</summary>
    public void Kick()
    {
        if (_running || _closed) return;
        _running = true;
        _ = RunAsync();
    }

    public void Signal(RoomSignal signal)
    {
        _signals.Add(signal);
        Kick();
    }

    /// <summary>Sends nothing more.</summary>
    public void Close() => _closed = true;

    private TimeSpan Age => _ageBefore + _clock.GetElapsedTime(_renewedAt);

    private bool HasWork => !_closed && (_hasNewsOfItself || _next <= _log.LastSeq || _signals.Count > 0);

    private async Task RunAsync()
    {
        var pause = FirstPause;
        while (HasWork)
        {
            var batch = TakeBatch();
            try
            {
                if (!await Observer.Deliver(batch))
                {
                    IsUnknownToGateway = true;
                    Close();
                }

                _signals.Arrived();
                _next = Math.Max(_next, batch.LastSeq + 1);
                _hasNewsOfItself = false;
                pause = FirstPause;
            }
            catch (Exception error)
            {
                _signals.Failed();
                // Once for each time that it stops taking them: a dead one has a route from each of its rooms.
                if (pause == FirstPause) LogDeliveryFailed(_logger, _head.Room, Gateway, error.Message);
                await Task.Delay(pause, _clock);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        _running = false;
    }

    private RoomBatch TakeBatch()
    {
        var covered = _log.Recent.Covers(_next - 1);
        RoomEvent[] events = covered ? [.. _log.Recent.After(_next - 1).Take(MaxEventsPerBatch)] : [];
        // With events, the newest of them, for the rest follows; without, where the gateway should be.
        var lastSeq = events.Length > 0 ? events[^1].Seq : _log.LastSeq;
        return new RoomBatch(Id, _head.Room, _head.Log, _head.Epoch, lastSeq, [.. events], _signals.Take());
    }
}
