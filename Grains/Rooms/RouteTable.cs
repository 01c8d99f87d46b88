using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Grains.Moving;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>The routes of a room, and through them who is online in it.</summary>
internal sealed class RouteTable(RoomHead head, string silo, RoomLog log, TimeProvider clock, ILogger logger)
{
    private readonly Dictionary<string, Route> _routes = [];
    private readonly RoomPresence _presence = new();
    private bool _announcing;

    public int Online => _presence.Online;

    public bool IsOnline(string user) => _presence.IsOnline(user);

    /// <summary>New events have been committed.</summary>
    public void KickAll()
    {
        foreach (var route in _routes.Values) route.Kick();
    }

    /// <summary>A signal for every gateway.</summary>
    public void SignalAll(RoomSignal signal)
    {
        foreach (var route in _routes.Values) route.Signal(signal);
    }

    /// <summary>A signal for the gateways that carry this user.</summary>
    public void SignalTo(string user, RoomSignal signal)
    {
        foreach (var route in _routes.Values.Where(r => r.Users.Contains(user))) route.Signal(signal);
    }

    public RouteStatus Renew(RouteRenewal renewal)
    {
        var known = _routes.TryGetValue(renewal.Route, out var route);
        if (route is not null && renewal.Number <= route.Number) return Status(known, Presence(renewal));
        // Without the route, or without what the renewal before said of arrivals and departures, this one means nothing.
        if (!renewal.Full && renewal.Number != route?.Number + 1) return Status(known: false, presence: null);
        if (route is null)
        {
            route = new Route(renewal, head, log, clock, logger);
            _routes.Add(route.Id, route);
        }

        route.Renew(renewal);
        if (renewal.Full)
        {
            foreach (var user in route.Users.Except(renewal.Arrived).ToList()) Depart(route, user);
        }

        foreach (var user in renewal.Departed) Depart(route, user);
        foreach (var user in renewal.Arrived) Arrive(route, user);
        Announce();
        route.Kick();
        return Status(known, Presence(renewal));
    }

    /// <summary>Goes on with the routes that came along from another silo. Nobody arrives by that: they were there.</summary>
    public void Restore(CarriedRoom carried)
    {
        if (carried.Log != head.Log) return;
        foreach (var taken in carried.Routes)
        {
            var route = new Route(taken, head, log, clock, logger);
            _routes.Add(route.Id, route);
            foreach (var user in taken.Users)
            {
                if (route.Users.Add(user)) _presence.Restore(user);
            }

            route.Kick();
        }
    }

    /// <summary>What another silo needs to go on with the routes.</summary>
    public CarriedRoom Carry() => new(head.Log, [.. _routes.Values.Where(r => !r.IsUnknownToGateway).Select(r => r.Carry())]);

    /// <summary>What there is to say to the gateways when the activation has ended.</summary>
    public ImmutableArray<LastWord> LastWords() => [.. _routes.Values.Select(r => r.LastWord())];

    public void Close(string route)
    {
        if (_routes.TryGetValue(route, out var found)) Drop(found);
    }

    /// <summary>Drops the routes that nobody renews, and those that their gateways no longer know.</summary>
    public void DropExpired()
    {
        foreach (var route in _routes.Values.Where(r => r.HasExpired() || r.IsUnknownToGateway).ToList()) Drop(route);
    }

    public void CloseAll()
    {
        foreach (var route in _routes.Values) route.Close();
    }

    private void Drop(Route route)
    {
        route.Close();
        _routes.Remove(route.Id);
        foreach (var user in route.Users.ToList()) Depart(route, user);
        Announce();
    }

    private void Arrive(Route route, string user)
    {
        if (route.Users.Add(user)) _presence.Arrive(user);
    }

    private void Depart(Route route, string user)
    {
        if (route.Users.Remove(user)) _presence.Depart(user);
    }

    private PresenceSnapshot? Presence(RouteRenewal renewal) => renewal.WantPresence ? _presence.Snapshot() : null;

    private RouteStatus Status(bool known, PresenceSnapshot? presence) =>
        new(known, head.Log, head.Epoch, log.LastSeq, _presence.Version, presence, silo);

    private void Announce()
    {
        if (_announcing || !_presence.HasNews) return;
        _announcing = true;
        _ = AnnounceSoonAsync();
    }

    private async Task AnnounceSoonAsync()
    {
        await Task.Delay(RoomRules.PresenceInterval, clock);
        _announcing = false;
        if (_presence.Announce() is { } news) SignalAll(news);
    }
}
