using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>A gateway that notes what it is told, and answers the way a test wants: yes, no, a fault, or never.</summary>
internal sealed class FakeGateway : IGatewayObserver
{
    private static int _made;

    private readonly Lock _lock = new();
    private readonly List<RoomBatch> _batches = [];
    private readonly List<UserNotice> _notices = [];
    private readonly List<Expulsion> _expulsions = [];
    private int _underWay;
    private int _mostUnderWay;
    private int _drained;

    /// <summary>A gateway process has one name; here each fake is a process of its own.</summary>
    public string Name { get; } = $"gateway{Interlocked.Increment(ref _made)}";

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

    public Task<bool> Deliver(RoomBatch batch) => AnswerAsync(() => _batches.Add(batch));

    public Task<bool> Notify(UserNotice notice) => AnswerAsync(() => _notices.Add(notice));

    public Task Drain() => AnswerAsync(() => _drained++);

    public Task Expel(Expulsion expulsion) => AnswerAsync(() => _expulsions.Add(expulsion));

    private async Task<bool> AnswerAsync(Action note)
    {
        Func<Task<bool>> answer;
        lock (_lock)
        {
            // Both at once: a test that has seen what arrived, and wants another answer from now on, does not mean this one.
            note();
            answer = Answer;
            _mostUnderWay = Math.Max(_mostUnderWay, ++_underWay);
        }

        try
        {
            return await answer();
        }
        finally
        {
            lock (_lock) _underWay--;
        }
    }
}
