namespace OrleansChat.Gateway.Connections;

/// <summary>
/// Something that has to be done now, and tried again after growing pauses until it succeeds. Whoever asks for it
/// while it is under way gets it done once more after.
/// </summary>
/// <param name="name">Whose it is, for the log.</param>
/// <param name="attempt">Does it; it throws when it could not, and returns when there is nothing to do any more.</param>
/// <param name="outage">Who else has the same trouble.</param>
/// <param name="clock">The time.</param>
internal sealed class Repair(string name, Func<Task> attempt, Outage outage, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private bool _wanted;
    private bool _running;

    /// <summary>Asks for it. Returns at once.</summary>
    public void Request()
    {
        lock (_lock)
        {
            _wanted = true;
            if (_running) return;
            _running = true;
        }

        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        var pause = TimeSpan.Zero;
        while (IsWanted())
        {
            try
            {
                await attempt();
                if (pause > TimeSpan.Zero) outage.End();
                pause = TimeSpan.Zero;
            }
            catch (Exception error)
            {
                if (pause == TimeSpan.Zero) outage.Begin(name, error);
                pause = pause == TimeSpan.Zero ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                lock (_lock) _wanted = true;
                // Thousands have the same trouble at the same time; they do not all come back at the same time.
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), clock);
            }
        }
    }

    private bool IsWanted()
    {
        lock (_lock)
        {
            (var wanted, _wanted) = (_wanted, false);
            return _running = wanted;
        }
    }
}
