using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Limits;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Users;

/// <summary>The users who have connections here, and the leases of those connections.</summary>
internal sealed class UserLinks : BackgroundService
{
    private readonly ConcurrentDictionary<string, UserLink> _links = new();
    private readonly IGrainFactory _grains;
    private readonly GatewayIdentity _identity;
    private readonly ChatLimits _limits;
    private readonly TimeProvider _clock;
    private readonly Outage _outage;

    public UserLinks(
        IGrainFactory grains,
        GatewayIdentity identity,
        IOptions<ChatLimits> limits,
        TimeProvider clock,
        ILogger<UserLinks> logger)
    {
        (_grains, _identity, _limits, _clock) = (grains, identity, limits.Value, clock);
        _outage = new Outage("users", clock, logger);
        identity.OnExpulsion = expulsion =>
        {
            if (_links.TryGetValue(expulsion.User, out var link)) link.Expel(expulsion);
        };
        identity.OnNotice = notice => _links.TryGetValue(notice.User, out var link) && link.Accept(notice);
    }

    /// <summary>How many users have connections here.</summary>
    public int Count => _links.Count;

    /// <summary>Registers a connection with its user.</summary>
    /// <returns>The user's rooms. Changes after it reach the connection once <see cref="UserLink.Start"/> was called.</returns>
    /// <exception cref="ChatException">The user has too many, or cannot be reached.</exception>
    public async Task<(UserLink Link, UserSession Session)> ConnectAsync(Connection connection)
    {
        UserLink link;
        do link = _links.GetOrAdd(connection.User, NewLink);
        while (!link.Add(connection));
        try
        {
            var session = await link.Grain.Connect(new ConnectionRequest(
                connection.Id,
                _identity.Name,
                _identity.Observer,
                connection.Name,
                _limits.ConnectionsPerUser,
                connection.Caller.IssuedAt));
            return (link, session);
        }
        catch
        {
            Remove(link, connection);
            throw;
        }
    }

    /// <summary>Forgets a connection that has ended, here and at its user's.</summary>
    public async Task DisconnectAsync(UserLink link, Connection connection)
    {
        Remove(link, connection);
        try
        {
            await link.Grain.Disconnect(connection.Id);
        }
        catch (Exception error)
        {
            // Its lease runs out by itself.
            _outage.Failed(connection.User, error);
        }
    }

    /// <summary>Renews the leases of all users, some hundreds at a time.</summary>
    public Task RenewAllAsync(CancellationToken cancellation) => Pacing.BeginAsync(
        _links.Values,
        static link =>
        {
            link.RenewSoon();
            return true;
        },
        _clock,
        cancellation);

    /// <summary>Renews the leases, a few users at a time and spread over the interval.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        const int Parts = 20;
        using var timer = new PeriodicTimer(RoomRules.ConnectionRenewalInterval / Parts, _clock);
        for (var part = 0; await timer.WaitForNextTickAsync(stoppingToken); part = (part + 1) % Parts)
        {
            var due = part;
            foreach (var link in _links.Values.Where(l => (uint)l.User.GetHashCode(StringComparison.Ordinal) % Parts == due))
                link.RenewSoon();
        }
    }

    private UserLink NewLink(string user) => new(user, _grains.GetGrain<IUserGrain>(user), _identity, _outage, _clock);

    private void Remove(UserLink link, Connection connection)
    {
        if (link.Remove(connection)) _links.TryRemove(KeyValuePair.Create(link.User, link));
    }
}
