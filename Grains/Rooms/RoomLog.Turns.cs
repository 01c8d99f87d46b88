using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Rooms;

// What is no event but has its place among them: who may write, and who may rule.
internal sealed partial class RoomLog
{
    /// <summary>
    /// Does something in its turn: what came before it is committed before, and what comes after is checked after. So
    /// nobody's message has a later seq than the newest at the moment in which it was known that they may not write.
    /// </summary>
    /// <param name="isStillAllowed">Whether what allowed it still holds, asked when its turn has come.</param>
    /// <param name="work">The work. It must not wait for this log.</param>
    /// <returns>Whether it was done; not when it is no longer allowed.</returns>
    /// <inheritdoc cref="AppendAsync" path="/exception"/>
    public Task<bool> TakeTurnAsync(Func<bool> isStillAllowed, Func<Task> work) => EnqueueAsync(new Turn<bool>(
        isStillAllowed,
        async () =>
        {
            await work();
            return true;
        }));

    /// <summary>Waits until all that came before this call is committed or refused; what comes after it does not matter.</summary>
    /// <inheritdoc cref="AppendAsync" path="/exception"/>
    public Task SettleAsync() => TakeTurnAsync(static () => true, static () => Task.CompletedTask);

    private async Task RunAsync(Pending pending, ITurn turn)
    {
        _waitingDrafts -= pending.Size;
        try
        {
            await turn.RunAsync();
        }
        catch (Exception error)
        {
            pending.Fail(error);
            if (error is not (ChatException or StoreUnavailableException { OutcomeUnknown: false })) End(error);
        }
    }

    private interface ITurn
    {
        Task RunAsync();
    }

    /// <summary>What is done by itself when its turn has come; nothing is, when it is no longer allowed.</summary>
    private sealed class Turn<T>(Func<bool> isStillAllowed, Func<Task<T>> work) : Pending<T?>, ITurn
    {
        public override int Size => 1;

        public async Task RunAsync() => Outcome.SetResult(isStillAllowed() ? await work() : default);
    }
}
