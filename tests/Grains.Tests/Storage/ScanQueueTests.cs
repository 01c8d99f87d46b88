using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Grains.Tests.Storage;

/// <summary>Who reads a table through, and in what order.</summary>
public sealed class ScanQueueTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualClock _clock = new();
    private readonly List<string> _read = [];

    [Fact]
    public async Task Users_take_turns_however_much_one_of_them_asks_for()
    {
        var queue = new ScanQueue(atOnce: 1, _clock);
        var held = Hold(queue, "mallory");
        Task[] waiting = [.. new[] { "m1", "m2", "m3" }.Select(what => Read(queue, "mallory", what)), Read(queue, "alice", "a1"), Read(queue, "bob", "b1")];
        Assert.Empty(_read);
        held.SetResult();
        await Task.WhenAll(waiting).WaitAsync(Limit);
        Assert.Equal(["m1", "a1", "b1", "m2", "m3"], _read);
    }

    [Fact]
    public async Task So_much_of_one_user_waits_and_so_many_users_do_and_the_server_always_may()
    {
        var queue = new ScanQueue(atOnce: 1, _clock);
        var held = Hold(queue, "mallory");
        List<Task> waiting = [.. Enumerable.Range(0, ScanQueue.MostOfUser).Select(_ => Read(queue, "mallory", "m"))];
        var tooMuch = await Assert.ThrowsAsync<ChatException>(() => Read(queue, "mallory", "m").WaitAsync(Limit));
        Assert.Equal((ChatErrorCode.RateLimited, TimeSpan.FromSeconds(1)), (tooMuch.Code, tooMuch.RetryAfter));
        for (var i = 1; i < ScanQueue.MostUsers; i++) waiting.Add(Read(queue, $"user{i}", "u"));
        var tooMany = await Assert.ThrowsAsync<ChatException>(() => Read(queue, "alice", "a").WaitAsync(Limit));
        Assert.Equal((ChatErrorCode.Unavailable, TimeSpan.FromSeconds(1)), (tooMany.Code, tooMany.RetryAfter));
        waiting.Add(Read(queue, ScanQueue.Server, "s"));
        held.SetResult();
        await Task.WhenAll(waiting).WaitAsync(Limit);
        Assert.Equal(waiting.Count, _read.Count);
        // And there is place again.
        await Read(queue, "alice", "a").WaitAsync(Limit);
    }

    [Fact]
    public async Task Who_has_waited_for_too_long_is_told_and_nothing_is_read_for_them()
    {
        var queue = new ScanQueue(atOnce: 1, _clock);
        var held = Hold(queue, "mallory");
        var late = Read(queue, "alice", "late");
        _clock.Advance(TimeSpan.FromSeconds(5));
        var inTime = Read(queue, "bob", "in time");
        held.SetResult();
        Assert.Equal(ChatErrorCode.Unavailable, (await Assert.ThrowsAsync<ChatException>(() => late.WaitAsync(Limit))).Code);
        await inTime.WaitAsync(Limit);
        Assert.Equal(["in time"], _read);
    }

    [Fact]
    public async Task So_many_run_at_once_and_one_that_fails_gives_its_place_back()
    {
        var queue = new ScanQueue(atOnce: 2, _clock);
        var (one, two) = (Hold(queue, "alice"), Hold(queue, "bob"));
        var third = Read(queue, "carol", "third");
        Assert.False(third.IsCompleted);
        one.SetException(new StoreUnavailableException("gone", outcomeUnknown: false));
        await third.WaitAsync(Limit);
        await Read(queue, "dora", "fourth").WaitAsync(Limit);
        two.SetResult();
    }

    private static TaskCompletionSource Hold(ScanQueue queue, string user)
    {
        var held = new TaskCompletionSource();
        _ = queue.RunAsync(user, async () =>
        {
            await held.Task;
            return true;
        });
        return held;
    }

    private Task<bool> Read(ScanQueue queue, string user, string what) => queue.RunAsync(user, () =>
    {
        lock (_read) _read.Add(what);
        return Task.FromResult(true);
    });
}
