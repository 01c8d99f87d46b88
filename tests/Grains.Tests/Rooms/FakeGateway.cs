using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>A gateway that notes what it is told, and answers the way a test wants: yes, no, a fault, or never.</summary>
internal sealed class FakeGateway : IGatewayObserver
{
    private readonly Lock _lock = new();
    private readonly List<RoomBatch> _batches = [];
    private readonly List<UserNotice> _notices = [];
    private readonly List<Expulsion> _expulsions = [];
    private int _underWay;
    private int _mostUnderWay;
    private int _drained;

    /// <summary>What it answers; it may take its time.</summary>
    public Func<Task<bool>> Answer { get; set; } = static () => Task.FromResult(true);

    /// <summary>All batches that arrived, repeats included.</summary>
    public ImmutableArray<RoomBatch> Batches
    {
        get { lock (_lock) return [.. _batches]; }
    }

    public ImmutableArray<UserNotice> Notices
    {
        get { lock (_lock) return [.. _notices]; }
    }

    public ImmutableArray<Expulsion> Expulsions
    {
        get { lock (_lock) return [.. _expulsions]; }
    }

    /// <summary>The most calls that were under way at once.</summary>
    public int MostUnderWay => Volatile.Read(ref _mostUnderWay);

    public ImmutableArray<RoomEvent> Events => [.. Batches.SelectMany(b => b.Events)];

    public IEnumerable<RoomSignal> Signals => Batches.SelectMany(b => b.Signals);

    public ImmutableArray<PresenceSignal> Presence => [.. Signals.OfType<PresenceSignal>()];

    /// <summary>How often it was told to drain.</summary>
    public int Drained => Volatile.Read(ref _drained);

    public static Task<bool> Never() => new TaskCompletionSource<bool>().Task;

    public static Task<bool> Throw() => Task.FromException<bool>(new InvalidOperationException("this gateway is broken"));

    public Task<bool> Deliver(RoomBatch batch)
    {
        lock (_lock) _batches.Add(batch);
        return AnswerAsync();
    }

    public Task<bool> Notify(UserNotice notice)
    {
        lock (_lock) _notices.Add(notice);
        return AnswerAsync();
    }

    public Task Drain()
    {
        Interlocked.Increment(ref _drained);
        return AnswerAsync();
    }

    public Task Expel(Expulsion expulsion)
    {
        lock (_lock) _expulsions.Add(expulsion);
        return AnswerAsync();
    }

    private async Task<bool> AnswerAsync()
    {
        lock (_lock) _mostUnderWay = Math.Max(_mostUnderWay, ++_underWay);
        try
        {
            return await Answer();
        }
        finally
        {
            lock (_lock) _underWay--;
        }
    }
}
