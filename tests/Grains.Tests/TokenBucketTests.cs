using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Limits;

namespace OrleansChat.Grains.Tests;

public sealed class TokenBucketTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_burst_goes_through_and_then_the_rate()
    {
        var bucket = new TokenBucket(TokenRate.PerSecond(10, burst: 3), _clock);
        Assert.Equal([true, true, true, false], Take(bucket, 4));
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([true, false], Take(bucket, 2));
    }

    [Fact]
    public void A_refusal_says_when_there_is_a_token_and_there_is_one_then()
    {
        var bucket = new TokenBucket(TokenRate.PerSecond(10, burst: 1), _clock);
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
        var bucket = new TokenBucket(TokenRate.PerSecond(10, burst: 2), _clock);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal([true, true, false], Take(bucket, 3));
    }

    [Fact]
    public void Some_are_taken_of_what_is_there_and_too_few_stay()
    {
        var bucket = new TokenBucket(TokenRate.PerSecond(10, burst: 10), _clock);
        Assert.Equal(4, bucket.TryTake(1, 4, out _));
        Assert.Equal(6, bucket.TryTake(2, 100, out _));
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(0, bucket.TryTake(5, 5, out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(250), wait);
        Assert.Equal(2, bucket.TryTake(1, 5, out _));
        _clock.Advance(TimeSpan.FromMilliseconds(450));
        Assert.Equal(5, bucket.TryTake(5, 5, out _));
    }

    [Fact]
    public void What_is_missing_can_be_taken_elsewhere_and_one_token_put_back()
    {
        var rate = TokenRate.Within(TimeSpan.FromMinutes(10), 30);
        var bucket = new TokenBucket(rate, _clock);
        Take(bucket, 30);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.FromSeconds(580), bucket.Missing);
        var elsewhere = new TokenBucket(rate, _clock, bucket.Missing);
        Assert.Equal([true, false], Take(elsewhere, 2));
        elsewhere.Return();
        Assert.Equal([true, false], Take(elsewhere, 2));
        // A smaller bucket cannot miss more than all it has.
        var smaller = new TokenBucket(TokenRate.Within(TimeSpan.FromMinutes(1), 3), _clock, elsewhere.Missing);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal([true, false], Take(smaller, 2));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, smaller.Missing);
    }

    private static bool[] Take(TokenBucket bucket, int times) => [.. Enumerable.Range(0, times).Select(_ => bucket.TryTake(out TimeSpan _))];
}
