using OrleansChat.Gateways;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Connections;

/// <summary>
/// This gateway as grains know it: its name, and the observer they call. The feeds and the users' links say what
/// happens with what comes.
/// </summary>
internal sealed class GatewayIdentity : IGatewayObserver
{
    public GatewayIdentity(IGrainFactory grains)
    {
        // The process id helps a person; the rest makes it another gateway after a restart.
        Name = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid().ToString("N")[..8]}";
        // Orleans holds the object weakly; this singleton is what keeps it.
        Observer = grains.CreateObjectReference<IGatewayObserver>(this);
    }

    /// <summary>Its name for grains and administrators: the machine's, the process's number, and its mark.</summary>
    public string Name { get; }

    public IGatewayObserver Observer { get; }

    /// <summary>Takes a room's batch; it must not wait.</summary>
    public Func<RoomBatch, bool>? OnBatch { get; set; }

    /// <summary>Takes a user's notice; it must not wait.</summary>
    public Func<UserNotice, bool>? OnNotice { get; set; }

    /// <summary>Begins to let the clients go; it must not wait.</summary>
    public Action? OnDrain { get; set; }

    /// <summary>Ends connections of a user; it must not wait.</summary>
    public Action<Expulsion>? OnExpulsion { get; set; }

    /// <summary>What tells a gateway from others and names no machine: the random end of its name.</summary>
    public static string MarkOf(string name) => name[(name.LastIndexOf(':') + 1)..];

    public Task<bool> Deliver(RoomBatch batch) => Task.FromResult(OnBatch?.Invoke(batch) ?? false);

    public Task<bool> Notify(UserNotice notice) => Task.FromResult(OnNotice?.Invoke(notice) ?? false);

    public Task Drain()
    {
        OnDrain?.Invoke();
        return Task.CompletedTask;
    }

    public Task Expel(Expulsion expulsion)
    {
        OnExpulsion?.Invoke(expulsion);
        return Task.CompletedTask;
    }
}
