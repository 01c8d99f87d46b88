using System.Collections.Immutable;
using OrleansChat.Gateways;

namespace OrleansChat.Grains.Rooms;

/// <summary>
/// The signals that a gateway has to be told, in their order. Each stays here until it has arrived, so that one whose
/// batch failed is told again, and one whose batch is under way when the room moves goes along. When there are too
/// many, the oldest are dropped.
/// </summary>
internal sealed class SignalQueue
{
    private const int Most = 256;

    private Queue<RoomSignal> _signals = new();

    // How many of the first are under way.
    private int _underWay;

    public int Count => _signals.Count;

    public ImmutableArray<RoomSignal> All => [.. _signals];

    public void Add(RoomSignal signal)
    {
        if (_signals.Count == Most) DropFirst();
        _signals.Enqueue(signal);
    }

    /// <summary>All of them, to be sent; <see cref="Arrived"/> or <see cref="Failed"/> comes before the next time.</summary>
    public ImmutableArray<RoomSignal> Take()
    {
        _underWay = _signals.Count;
        return All;
    }

    /// <summary>Those that were taken are told.</summary>
    public void Arrived()
    {
        while (_underWay > 0) DropFirst();
    }

    /// <summary>Those that were taken may not have been heard.</summary>
    public void Failed()
    {
        _underWay = 0;
        // Whoever was typing is not any more by the time that it gets through.
        _signals = new Queue<RoomSignal>(_signals.Where(static signal => signal is not TypingSignal));
    }

    private void DropFirst()
    {
        _signals.Dequeue();
        if (_underWay > 0) _underWay--;
    }
}
