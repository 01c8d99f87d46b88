namespace OrleansChat.Gateway.Tests.Wire;

/// <summary>
/// Everything that a client was sent, in order. Each frame is taken once by whoever waits for one like it, so that
/// a test may wait for frames in another order than they happen to come.
/// </summary>
internal sealed class Received<T>
{
    private readonly Lock _lock = new();
    private readonly List<T> _all = [];
    private readonly HashSet<int> _taken = [];
    private TaskCompletionSource _changed = New();
    private string? _ended;

    public IReadOnlyList<T> All
    {
        get
        {
            lock (_lock) return [.. _all];
        }
    }

    public void Add(T item) => Change(() => _all.Add(item));

    /// <summary>Nothing more will come.</summary>
    public void End(string why) => Change(() => _ended ??= why);

    /// <summary>The first that was not taken yet and is wanted; waits for it if need be.</summary>
    public async Task<T> TakeAsync(Func<T, bool> wanted, string what)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (TryTake(wanted) is { } index) return _all[index];
                if (_ended is not null || deadline.IsCancellationRequested)
                    throw new TimeoutException($"no {what} came ({_ended ?? "still open"}); what came:\n{string.Join('\n', _all.TakeLast(40))}");
                changed = _changed.Task;
            }

            await changed.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private int? TryTake(Func<T, bool> wanted)
    {
        for (var i = 0; i < _all.Count; i++)
        {
            if (!_taken.Contains(i) && wanted(_all[i]))
            {
                _taken.Add(i);
                return i;
            }
        }

        return null;
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            (changed, _changed) = (_changed, New());
        }

        changed.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
