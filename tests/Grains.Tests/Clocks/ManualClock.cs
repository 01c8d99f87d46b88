namespace OrleansChat.Grains.Tests.Clocks;

/// <summary>A clock that stands still until a test moves it, and then fires the timers that are due, in their order.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers are waiting.</summary>
    public int Pending
    {
        get { lock (_lock) return _timers.Count(t => t.Due is not null); }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long GetTimestamp()
    {
        lock (_lock) return _elapsed.Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan until;
        lock (_lock) until = _elapsed + by;
        while (TakeDue(until) is { } due) due();
        lock (_lock)
        {
            _now += until - _elapsed;
            _elapsed = until;
        }
    }

    /// <summary>Sets the wall clock, as an operator does; no time passes.</summary>
    public void SetUtcNow(DateTimeOffset now)
    {
        lock (_lock) _now = now;
    }

    private Action? TakeDue(TimeSpan until)
    {
        lock (_lock)
        {
            if (_timers.Where(t => t.Due <= until).MinBy(t => t.Due) is not { } timer) return null;
            if (timer.Due > _elapsed)
            {
                _now += timer.Due!.Value - _elapsed;
                _elapsed = timer.Due.Value;
            }

            timer.Due = timer.Period > TimeSpan.Zero ? timer.Due + timer.Period : null;
            return timer.Fire;
        }
    }

    private sealed class ManualTimer(ManualClock clock, Action fire) : ITimer
    {
        public Action Fire { get; } = fire;

        public TimeSpan? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (!clock._timers.Contains(this)) clock._timers.Add(this);
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._elapsed + dueTime;
                Period = period;
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._lock) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
