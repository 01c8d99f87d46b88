using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Rooms;

/// <summary>Comes between the gateway and the rooms: refuses renewals or keeps them, as a test wants, and counts them.</summary>
internal sealed class RefusedRenewals : IIncomingGrainCallFilter
{
    private int _left;
    private int _asked;

    /// <summary>How many of the next ones are refused.</summary>
    public int Left
    {
        get => Volatile.Read(ref _left);
        set => Volatile.Write(ref _left, value);
    }

    /// <summary>How many there were.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What a renewal waits for that nobody shall answer for the time being.</summary>
    public Task? Kept { get; set; }

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.ImplementationMethod.Name != nameof(IRoomGrain.Renew) || !context.InterfaceName.EndsWith(nameof(IRoomGrain), StringComparison.Ordinal))
            return context.Invoke();
        Interlocked.Increment(ref _asked);
        if (Interlocked.Decrement(ref _left) >= 0) throw new ChatException(ChatErrorCode.Unavailable, "not now");
        Interlocked.Increment(ref _left);
        return Kept is { } kept ? AfterAsync(kept, context) : context.Invoke();
    }

    private static async Task AfterAsync(Task kept, IIncomingGrainCallContext context)
    {
        await kept;
        await context.Invoke();
    }
}
