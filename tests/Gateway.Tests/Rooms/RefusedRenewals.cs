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
        get => Math.Max(0, Volatile.Read(ref _left));
        set => Volatile.Write(ref _left, value);
    }

    /// <summary>How many there were.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>A user whose renewal nobody shall answer for the time being; none lets all through that come from then on.</summary>
    public Keeping? Kept { get; set; }

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.ImplementationMethod.Name != nameof(IRoomGrain.Renew) || !context.InterfaceName.EndsWith(nameof(IRoomGrain), StringComparison.Ordinal))
            return context.Invoke();
        Interlocked.Increment(ref _asked);
        if (Interlocked.Decrement(ref _left) >= 0) throw new ChatException(ChatErrorCode.Unavailable, "not now");
        Interlocked.Increment(ref _left);
        return Kept is { } kept && ((RouteRenewal)context.Request.GetArgument(0)!).Arrived.Contains(kept.User)
            ? kept.HoldAsync(context)
            : context.Invoke();
    }

    /// <summary>Holds the renewals that bring a user.</summary>
    internal sealed class Keeping(string user)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string User => user;

        /// <summary>Ends when there is one.</summary>
        public Task Reached => _reached.Task;

        public void Release() => _released.TrySetResult();

        public async Task HoldAsync(IIncomingGrainCallContext context)
        {
            _reached.TrySetResult();
            await _released.Task;
            await context.Invoke();
        }
    }
}
