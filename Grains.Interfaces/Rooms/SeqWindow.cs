namespace OrleansChat.Rooms;

/// <summary>
/// The newest entries of a log, by seq: contiguous, bounded in number and in weight, the oldest going first. Adding
/// one, and finding one, takes the same time however many there are.
/// </summary>
/// <typeparam name="T">What an entry is.</typeparam>
/// <param name="maxCount">The most entries to keep.</param>
/// <param name="maxWeight">The most weight to keep, whatever its unit; the newest entry is kept even if it alone is heavier.</param>
public sealed class SeqWindow<T>(int maxCount, long maxWeight)
{
    // A ring that grows with what it holds: most rooms are quiet.
    private (T Entry, int Weight)[] _ring = new (T, int)[Math.Min(8, maxCount)];
    private int _start;
    private int _count;
    private long _weight;

    /// <summary>The seq of the newest entry; before any was added, the seq that the first must follow.</summary>
    public long Last { get; private set; }

    /// <summary>The seq of the oldest entry kept; <see cref="Last"/> + 1 when none is.</summary>
    public long First => Last - _count + 1;

    /// <summary>Empties the window; the next entry must have the seq after this one.</summary>
    public void Reset(long last)
    {
        while (_count > 0) RemoveOldest();
        Last = last;
    }

    /// <summary>Adds the next entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not follow the last one.</exception>
    public void Add(long seq, T entry, int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seq, Last + 1);
        if (_count == maxCount) RemoveOldest();
        if (_count == _ring.Length) Grow();
        _ring[(_start + _count) % _ring.Length] = (entry, weight);
        _count++;
        _weight += weight;
        Last = seq;
        while (_weight > maxWeight && _count > 1) RemoveOldest();
    }

    /// <summary>Whether every entry after this seq is kept.</summary>
    public bool Covers(long after) => after >= First - 1;

    /// <summary>The entries after a seq, ascending, as they are while nothing is added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all kept.</exception>
    public IEnumerable<T> After(long seq)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seq, First - 1);
        return Enumerate((int)Math.Min(_count, seq - First + 1));
    }

    private IEnumerable<T> Enumerate(int from)
    {
        for (var i = from; i < _count; i++) yield return _ring[(_start + i) % _ring.Length].Entry;
    }

    private void RemoveOldest()
    {
        _weight -= _ring[_start].Weight;
        _ring[_start] = default;
        _start = (_start + 1) % _ring.Length;
        _count--;
    }

    private void Grow()
    {
        var larger = new (T, int)[Math.Min(maxCount, _ring.Length * 2)];
        for (var i = 0; i < _count; i++) larger[i] = _ring[(_start + i) % _ring.Length];
        (_ring, _start) = (larger, 0);
    }
}
