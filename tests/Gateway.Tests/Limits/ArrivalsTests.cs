using OrleansChat.Gateway.Limits;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Gateway.Tests.Limits;

public sealed class ArrivalsTests
{
    private static readonly int Places = Environment.ProcessorCount * 2;
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task A_few_come_in_at_a_time_and_the_next_when_one_is_in()
    {
        using var arrivals = new Arrivals(_clock);
        var first = await FillAsync(arrivals);
        var next = arrivals.ComeInAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);
        first.Leave();
        // Once is enough, and twice is once.
        first.Leave();
        Assert.NotNull(await next.WaitAsync(Wire.Patience.Limit));
        Assert.False(arrivals.ComeInAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Those_who_wait_for_a_silo_that_is_gone_keep_nobody_out()
    {
        using var arrivals = new Arrivals(_clock);
        await FillAsync(arrivals);
        var next = arrivals.ComeInAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.NotNull(await next.WaitAsync(Wire.Patience.Limit));
    }

    [Fact]
    public async Task Who_goes_away_does_not_wait_on()
    {
        using var arrivals = new Arrivals(_clock);
        var first = await FillAsync(arrivals);
        using var gone = new CancellationTokenSource();
        var next = arrivals.ComeInAsync(gone.Token);
        await gone.CancelAsync();
        Assert.Null(await next.WaitAsync(Wire.Patience.Limit));
        first.Leave();
        Assert.NotNull(await arrivals.ComeInAsync(CancellationToken.None).WaitAsync(Wire.Patience.Limit));
    }

    [Fact]
    public async Task Who_comes_in_while_the_gateway_ends_does_not_end_the_process()
    {
        var arrivals = new Arrivals(_clock);
        var first = await FillAsync(arrivals);
        arrivals.Dispose();
        first.Leave();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _clock.Pending);
    }

    private static async Task<Arrivals.Place> FillAsync(Arrivals arrivals)
    {
        var first = (await arrivals.ComeInAsync(CancellationToken.None))!;
        for (var i = 1; i < Places; i++) Assert.NotNull(await arrivals.ComeInAsync(CancellationToken.None));
        return first;
    }
}
