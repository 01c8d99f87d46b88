using OrleansChat.Grains.Rooms;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Grains.Tests.Rooms;

public sealed class TypingThrottleTests
{
    [Fact]
    public void Each_user_is_shown_typing_once_in_three_seconds()
    {
        var clock = new ManualClock();
        var throttle = new TypingThrottle(clock);
        Assert.True(throttle.IsTime("alice"));
        Assert.True(throttle.IsTime("bob"));
        Assert.False(throttle.IsTime("alice"));
        clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(throttle.IsTime("alice"));
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(throttle.IsTime("alice"));
        Assert.False(throttle.IsTime("alice"));
    }
}
