using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Authentication;

/// <summary>Holds one call of the gateway to a grain: before the grain gets it, or when it has answered.</summary>
/// <param name="isIt">Whether it is this one; asked of each call until it is.</param>
/// <param name="isAnswered">Whether the answer is held, and not the question.</param>
internal sealed class HeldCall(Func<IOutgoingGrainCallContext, bool> isIt, bool isAnswered = false) : IOutgoingGrainCallFilter
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when it is held.</summary>
    public Task Reached => _reached.Task.WaitAsync(Patience.Limit);

    /// <summary>The first question for the history of a room.</summary>
    public static HeldCall ForHistory(string room) => new(call =>
        call.InterfaceMethod.DeclaringType == typeof(IRoomHistoryGrain) && call.TargetId.Key.ToString() == room);

    public void Release() => _released.TrySetResult();

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (isAnswered) await context.Invoke();
        if (isIt(context) && _reached.TrySetResult()) await _released.Task;
        if (!isAnswered) await context.Invoke();
    }
}
