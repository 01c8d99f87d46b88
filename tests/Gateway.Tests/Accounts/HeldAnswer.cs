namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>Holds what a grain answers to the next call of a method, once it is asked to.</summary>
/// <param name="method">The method's name.</param>
internal sealed class HeldAnswer(string method) : IOutgoingGrainCallFilter
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isAsked;

    /// <summary>Ends when the grain has answered.</summary>
    public Task Reached => _reached.Task;

    public void HoldNext() => _isAsked = true;

    public void Release() => _released.TrySetResult();

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (_isAsked && context.MethodName == method && _reached.TrySetResult()) await _released.Task;
    }
}
