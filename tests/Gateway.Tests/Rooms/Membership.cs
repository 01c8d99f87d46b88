using OrleansChat.Gateways;

namespace OrleansChat.Gateway.Tests.Rooms;

/// <summary>Comes between the gateway and the silo that it asks for the cluster's members, and says what a test wants.</summary>
internal sealed class Membership : IIncomingGrainCallFilter
{
    private int _failures;
    private int _asked;

    /// <summary>Whether the one silo that there is shall have been replaced by another, as far as the gateway is told.</summary>
    public bool HasChanged { get; set; }

    /// <summary>How many of the next questions fail.</summary>
    public int Failures
    {
        get => Math.Max(0, Volatile.Read(ref _failures));
        set => Volatile.Write(ref _failures, value);
    }

    /// <summary>How many there were.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Result is not ClusterView view) return;
        Interlocked.Increment(ref _asked);
        if (Interlocked.Decrement(ref _failures) >= 0) throw new ChatException(ChatErrorCode.Unavailable, "not now");
        Interlocked.Increment(ref _failures);
        if (HasChanged) context.Result = new ClusterView(view.Version + 1, ["another"], []);
    }
}
