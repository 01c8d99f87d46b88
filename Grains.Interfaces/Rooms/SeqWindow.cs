namespace OrleansChat.Rooms;

/// <summary>
/// The newest entries of a log, by seq: contiguous, bounded in number and in weight, the oldest going first.
/// </summary>
/// <typeparam name="T">What an entry is.</typeparam>
/// <param name="maxCount">The most entries to keep.</param>
/// <param name="maxWeight">The most weight to keep, whatever its unit; the newest entry is kept even if it alone is heavier.</param>
public sealed class SeqWindow<T>(int maxCount, long maxWeight)
{
    private readonly Queue<(T Entry, int Weight)> _entries = new();
    private long _weight;

    /// <summary>The seq of the newest entry; before any was added, the seq that the first must follow.</summary>
    public long Last { get; private set; }

    /// <summary>The seq of the oldest entry kept; <see cref="Last"/> + 1 when none is.</summary>
    public long First => Last - _entries.Count + 1;

    /// <summary>Empties the window; the next entry must have the seq after this one.</summary>
    public void Reset(long last)
    {
        _entries.Clear();
        _weight = 0;
        Last = last;
    }

    /// <summary>Adds the next entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not follow the last one.</exception>
    public void Add(long seq, T entry, int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seq, Last + 1);
        Last = seq;
        _entries.Enqueue((entry, weight));
        _weight += weight;
        while (_entries.Count > maxCount || (_weight > maxWeight && _entries.Count > 1))
            _weight -= _entries.Dequeue().Weight;
    }

    /// <summary>Whether every entry after this seq is kept.</summary>
    public bool Covers(long after) => after >= First - 1;

    /// <summary>The entries after a seq, ascending.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all kept.</exception>
    public IEnumerable<T> After(long seq)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seq, First - 1);
        return _entries.Skip((int)Math.Min(int.MaxValue, seq - First + 1)).Select(e => e.Entry);
    }
}
