using System.Collections.Concurrent;

namespace OrleansChat.Cluster.Tests.Logs;

/// <summary>What was seen and must never be. Noted where it is seen, and told when the scenario ends.</summary>
internal sealed class Violations
{
    private const int Kept = 50;

    private readonly ConcurrentQueue<string> _kept = new();
    private int _count;

    public int Count => _count;

    public void Note(string what)
    {
        if (Interlocked.Increment(ref _count) <= Kept) _kept.Enqueue(what);
    }

    public override string ToString() => $"{_count} violations:\n{string.Join('\n', _kept)}";
}
