using OrleansChat.Gateway.Hosting;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Gateway.Tests.Hosting;

public sealed class StoreProbeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly List<TaskCompletionSource> _tries = [];

    [Fact]
    public async Task However_many_ask_one_tries_at_a_time_and_once_a_second()
    {
        var probe = Probe();
        var first = Enumerable.Range(0, 100).Select(_ => probe.AskAsync()).ToList();
        _clock.Advance(Second);
        first.Add(probe.AskAsync());
        Assert.Single(_tries);
        Assert.DoesNotContain(first, asked => asked.IsCompleted);
        _tries[0].SetResult();
        await Task.WhenAll(first);

        var second = probe.AskAsync();
        Assert.Equal(2, _tries.Count);
        _tries[1].SetException(new IOException("gone"));
        await Assert.ThrowsAsync<IOException>(() => second);
        _clock.Advance(Second - TimeSpan.FromTicks(1));
        await Assert.ThrowsAsync<IOException>(probe.AskAsync);
        _clock.Advance(TimeSpan.FromTicks(1));
        var third = probe.AskAsync();
        Assert.Equal(3, _tries.Count);
        _tries[2].SetResult();
        await third;
    }

    [Fact]
    public async Task A_try_without_an_answer_is_given_up_after_two_seconds_and_the_next_asks_anew()
    {
        var probe = Probe();
        var asked = probe.AskAsync();
        _clock.Advance(2 * Second);
        await Assert.ThrowsAsync<TimeoutException>(() => asked);
        var again = probe.AskAsync();
        _tries[1].SetResult();
        await again;
    }

    private StoreProbe Probe() => new(
        () =>
        {
            _tries.Add(new TaskCompletionSource());
            return _tries[^1].Task;
        },
        _clock);
}
