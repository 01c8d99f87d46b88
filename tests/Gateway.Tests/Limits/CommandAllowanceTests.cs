using Microsoft.Extensions.Logging.Abstractions;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Limits;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Limits;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>Gateways share a user's commands: the bucket is a real one, and its answers come when the test says.</summary>
public sealed class CommandAllowanceTests
{
    private readonly ManualClock _clock = new();
    private readonly ChatLimits _limits = new()
    {
        CommandsPerSecond = 10,
        CommandBurst = 20,
        UserCommandsPerSecond = 80,
        UserCommandBurst = 80,
    };

    private readonly List<BudgetRequest> _asked = [];
    private TokenBucket? _bucket;

    [Fact]
    public async Task Two_gateways_let_through_what_one_would_and_refuse_with_the_exact_time()
    {
        var gateways = new[] { New(), New() };
        var taken = 0;
        for (var i = 0; i < 200; i++)
        {
            if (await gateways[i % 2].TakeAsync() == TimeSpan.Zero) taken++;
        }

        Assert.Equal(80, taken);
        var wait = await gateways[0].TakeAsync();
        Assert.Equal(await gateways[1].TakeAsync(), wait);
        // Refused as long as that, and the grain is not asked in vain.
        var asked = _asked.Count;
        _clock.Advance(wait - TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(1), await gateways[0].TakeAsync());
        Assert.Equal(asked, _asked.Count);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, await gateways[0].TakeAsync());
        Assert.True(_asked.Count < 80, $"80 commands took {_asked.Count} calls");
        Assert.All(_asked, request => Assert.InRange(request.Most, request.Least, 10));
    }

    [Fact]
    public async Task What_a_gateway_does_not_use_lapses()
    {
        var gateway = New();
        for (var i = 0; i < 17; i++) Assert.Equal(TimeSpan.Zero, await gateway.TakeAsync());
        // It asks for more the more it uses.
        Assert.Equal([4, 4, 8, 10], _asked.Select(request => request.Most));
        _clock.Advance(TimeSpan.FromSeconds(5));
        var asked = _asked.Count;
        await gateway.TakeAsync();
        Assert.Equal(asked + 1, _asked.Count);
        Assert.Equal(4, _asked[^1].Most);
    }

    [Fact]
    public async Task A_person_who_types_costs_no_calls()
    {
        (_limits.UserCommandsPerSecond, _limits.UserCommandBurst) = (200, 1000);
        var gateway = New();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(TimeSpan.Zero, await gateway.TakeAsync());
            _clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_grain_that_fails_lets_through_what_one_connection_may_and_is_asked_again()
    {
        var fails = true;
        var gateway = New(request => fails ? throw new TimeoutException("no answer") : SpendAsync(request));
        var taken = 0;
        for (var i = 0; i < 100; i++)
        {
            if (await gateway.TakeAsync() == TimeSpan.Zero) taken++;
        }

        Assert.Equal(20, taken);
        Assert.Equal(TimeSpan.FromMilliseconds(100), await gateway.TakeAsync());
        fails = false;
        _clock.Advance(TimeSpan.FromSeconds(2));
        // Nobody waits for the question: the answer is there for a later one.
        await gateway.TakeAsync();
        await Wire.Patience.UntilAsync(
            async () =>
            {
                await gateway.TakeAsync();
                return _asked.Count > 0;
            },
            "the grain was asked again");
    }

    [Fact]
    public async Task A_grain_that_does_not_answer_holds_nobody_up_for_long()
    {
        var gateway = New(_ => new TaskCompletionSource<BudgetGrant>().Task);
        var taking = gateway.TakeAsync().AsTask();
        var beside = gateway.TakeAsync().AsTask();
        await Wire.Patience.UntilAsync(() => Task.FromResult(_clock.Pending > 0), "it waits for the grain");
        Assert.False(taking.IsCompleted || beside.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(TimeSpan.Zero, await taking.WaitAsync(Wire.Patience.Limit));
        Assert.Equal(TimeSpan.Zero, await beside.WaitAsync(Wire.Patience.Limit));
    }

    private CommandAllowance New(Func<BudgetRequest, Task<BudgetGrant>>? spend = null) =>
        new("alice", spend ?? SpendAsync, _limits, new Outage("allowances", _clock, NullLogger.Instance), _clock);

    private Task<BudgetGrant> SpendAsync(BudgetRequest request)
    {
        _asked.Add(request);
        _bucket ??= new TokenBucket(request.Rate, _clock);
        var granted = _bucket.TryTake(request.Least, request.Most, out var wait);
        return Task.FromResult(new BudgetGrant(granted, wait));
    }
}
