namespace OrleansChat.Cluster.Tests.Logs;

/// <summary>Many durations, of which the usual ones are asked for.</summary>
internal sealed class Durations
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _all = [];

    public int Count
    {
        get
        {
            lock (_lock) return _all.Count;
        }
    }

    public void Add(TimeSpan duration)
    {
        lock (_lock) _all.Add(duration);
    }

    /// <summary>The duration that this part of them does not exceed; zero when there are none.</summary>
    public TimeSpan Percentile(double part)
    {
        lock (_lock)
        {
            if (_all.Count == 0) return TimeSpan.Zero;
            _all.Sort();
            return _all[Math.Clamp((int)Math.Ceiling(_all.Count * part) - 1, 0, _all.Count - 1)];
        }
    }

    public override string ToString() =>
        FormattableString.Invariant($"p50 {Percentile(0.5).TotalMilliseconds:F0} ms, p99 {Percentile(0.99).TotalMilliseconds:F0} ms, max {Percentile(1).TotalMilliseconds:F0} ms");
}
