using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansChat.Gateways;
using OrleansChat.Grains.Moving;
using OrleansChat.Grains.Storage;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Users;

/// <summary>
/// A user's connections, in memory, each under a lease that its gateway renews; and the way for news of the user's
/// memberships to reach them. All of it moves along when its silo stops; what is lost with an activation comes back
/// with the next renewal.
/// </summary>
[Reentrant]
[CollectionAgeLimit(Minutes = 10)]
internal sealed partial class UserGrain(
    IChatReader reader, IUserStore store, Departure departure, TimeProvider clock, ILogger<UserGrain> logger)
    : Grain, IUserGrain, IGrainMigrationParticipant
{
    private const string CarriedKey = "chat.user";

    private readonly Dictionary<string, Lease> _connections = [];
    private readonly Dictionary<string, NoticeLane> _lanes = [];
    private long _version;
    private UserProfile? _profile;
    private long _profileChanges;

    private string User => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // A gateway that renews with the version of an earlier activation must see another one; unless this one has
        // come with all that the earlier one knew.
        if (_version == 0) _version = clock.GetUtcNow().ToUnixTimeMilliseconds() << 20;
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_connections.Count > 0 || _allowance.IsTouched) departure.TryMove(GrainContext, reason);
        return Task.CompletedTask;
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext) =>
        dehydrationContext.TryAddValue(CarriedKey, new CarriedUser(_version, [.. _connections.Select(pair =>
            new CarriedConnection(pair.Key, pair.Value.Gateway, pair.Value.Observer, Age(pair.Value), pair.Value.Since))],
            _allowance.Carry()));

    public void OnRehydrate(IRehydrationContext rehydrationContext)
    {
        if (!rehydrationContext.TryGetValue(CarriedKey, out CarriedUser? carried)) return;
        _version = carried.Version;
        foreach (var taken in carried.Connections)
            _connections[taken.Connection] = new Lease(taken.Gateway, taken.Observer, clock.GetTimestamp(), taken.Age, taken.Since);
        _allowance.Take(carried.Budgets);
    }

    public async Task<UserSession> Connect(ConnectionRequest request)
    {
        ForgetExpired();
        if (!_connections.ContainsKey(request.Connection) && _connections.Count >= request.Limit)
        {
            throw new ChatException(
                ChatErrorCode.RateLimited, $"'{User}' has {_connections.Count} connections; the limit is {request.Limit}");
        }

        // Registered before anything is read: what changes from here on comes as a notice, a revocation too.
        Register(request.Connection, request.Gateway, request.Observer);
        try
        {
            await Admit(request.IssuedAt);
            await KeepNameAsync(request.Name);
            return await Rooms();
        }
        catch
        {
            _connections.Remove(request.Connection);
            throw;
        }
    }

    public Task Disconnect(string connection)
    {
        _connections.Remove(connection);
        return Task.CompletedTask;
    }

    public async Task<UserRenewal> Renew(string gateway, IGatewayObserver observer, ImmutableArray<string> connections)
    {
        foreach (var connection in connections) Register(connection, gateway, observer);
        ForgetExpired();
        var profile = await ProfileAsync();
        return new UserRenewal(_version, profile.Access);
    }

    public async Task<UserSession> Rooms()
    {
        var version = _version;
        var rooms = await reader.ListRoomsOfAsync(User);
        var now = clock.GetUtcNow();
        // A mute that is over is none.
        return new UserSession(
            _profile?.Name, version, [.. rooms.Select(room => room.MutedUntil <= now ? room with { MutedUntil = null } : room)]);
    }

    public Task RoomChanged(RoomChange change)
    {
        ForgetExpired();
        var notice = new UserNotice(User, ++_version, change);
        foreach (var gateway in _connections.Values.GroupBy(lease => lease.Gateway).ToList())
        {
            if (!_lanes.TryGetValue(gateway.Key, out var lane))
                _lanes.Add(gateway.Key, lane = new NoticeLane(gateway.Key, clock, logger, ForgetGateway));
            lane.Send(gateway.First().Observer, notice);
        }

        return Task.CompletedTask;
    }

    private void Register(string connection, string gateway, IGatewayObserver observer)
    {
        var since = _connections.TryGetValue(connection, out var known) ? known.Since : clock.GetUtcNow();
        _connections[connection] = new Lease(gateway, observer, clock.GetTimestamp(), AgeBefore: TimeSpan.Zero, since);
    }

    private void ForgetExpired()
    {
        foreach (var (connection, lease) in _connections)
        {
            if (Age(lease) > RoomRules.ConnectionLease) _connections.Remove(connection);
        }
    }

    private TimeSpan Age(Lease lease) => lease.AgeBefore + clock.GetElapsedTime(lease.RenewedAt);

    private void ForgetGateway(string gateway)
    {
        foreach (var (connection, lease) in _connections)
        {
            if (lease.Gateway == gateway) _connections.Remove(connection);
        }

        _lanes.Remove(gateway);
    }

    // Read once: only this activation changes it.
    private async ValueTask<UserProfile> ProfileAsync()
    {
        while (true)
        {
            if (_profile is { } known) return known;
            var changes = _profileChanges;
            var read = await reader.FindUserAsync(User) ?? new UserProfile(Name: null, UserAccess.Open);
            // Turns interleave: what was read while it was changed may be what it was before.
            if (changes == _profileChanges) _profile ??= read;
        }
    }

    private async Task KeepNameAsync(string? name)
    {
        var profile = await ProfileAsync();
        if (name is null || name == profile.Name) return;
        await store.SetNameAsync(User, name, clock.GetUtcNow());
        _profileChanges++;
        // What is not known here by now is read with the name in it.
        if (_profile is { } known) _profile = known with { Name = name };
    }

    private sealed record Lease(string Gateway, IGatewayObserver Observer, long RenewedAt, TimeSpan AgeBefore, DateTimeOffset Since);
}
