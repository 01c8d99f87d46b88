namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>Runs what belongs to a grain the way a grain does: one turn at a time, awaits coming back to it.</summary>
internal sealed class Turns
{
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    public Task RunAsync(Func<Task> turn) =>
        Task.Factory.StartNew(turn, CancellationToken.None, TaskCreationOptions.None, _scheduler).Unwrap();

    public Task<T> RunAsync<T>(Func<Task<T>> turn) =>
        Task.Factory.StartNew(turn, CancellationToken.None, TaskCreationOptions.None, _scheduler).Unwrap();

    public Task RunAsync(Action turn) =>
        Task.Factory.StartNew(turn, CancellationToken.None, TaskCreationOptions.None, _scheduler);

    public Task<T> RunAsync<T>(Func<T> turn) =>
        Task.Factory.StartNew(turn, CancellationToken.None, TaskCreationOptions.None, _scheduler);
}
