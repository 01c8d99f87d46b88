using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Tests.Limits;

public sealed class TokenBucketTests
{
    private readonly StoppedClock _clock = new();

    [Fact]
    public void A_burst_goes_through_and_then_the_rate()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 3, _clock);
        Assert.Equal([true, true, true, false], Take(bucket, 4));
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([true, false], Take(bucket, 2));
    }

    [Fact]
    public void A_refusal_says_when_there_is_a_token_and_there_is_one_then()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 1, _clock);
        Take(bucket, 1);
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        Assert.False(bucket.TryTake(out var wait));
        Assert.Equal(70, wait.TotalMilliseconds, tolerance: 0.001);
        _clock.Advance(wait);
        Assert.True(bucket.TryTake(out _));
    }

    [Fact]
    public void A_long_rest_saves_up_no_more_than_the_burst()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 2, _clock);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal([true, true, false], Take(bucket, 3));
    }

    private static bool[] Take(TokenBucket bucket, int times) => [.. Enumerable.Range(0, times).Select(_ => bucket.TryTake(out TimeSpan _))];

    private sealed class StoppedClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
