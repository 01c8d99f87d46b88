using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Holds the gateway's first question for the history of a room, before the grain gets it.</summary>
/// <param name="room">The room.</param>
internal sealed class HeldCall(string room) : IOutgoingGrainCallFilter
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the question is asked.</summary>
    public Task Reached => _reached.Task;

    public void Release() => _released.TrySetResult();

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType == typeof(IRoomHistoryGrain) && context.TargetId.Key.ToString() == room && _reached.TrySetResult())
            await _released.Task;
        await context.Invoke();
    }
}
