using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Accounts;
using OrleansChat.Gateway.Accounts;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>How much hashing a flood of log-ins can cause.</summary>
public sealed class PasswordWorkTests
{
    [Fact]
    public async Task No_more_is_hashed_at_once_than_is_said()
    {
        using var work = new PasswordWork(atOnce: 2, requestsPerHash: 8);
        using var gate = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        var places = Enumerable.Range(0, 16).Select(_ => work.Enter()).ToList();
        // Not from a thread of the pool, which would keep the work to itself for a while.
        var hashing = await Task.Factory.StartNew(
            () => places.Select(place => place.RunAsync(() =>
            {
                var now = Interlocked.Increment(ref running);
                lock (places) most = Math.Max(most, now);
                gate.Wait();
                return Interlocked.Decrement(ref running);
            })).ToList(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Patience.UntilAsync(() => Task.FromResult(Volatile.Read(ref running) == 2), "two are at work");
        // These come after whatever was begun besides, and find threads.
        await Task.WhenAll(places.Select(_ => Task.Factory.StartNew(
            static () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default)));
        gate.Set();
        await Task.WhenAll(hashing);
        Assert.Equal(2, most);
        places.ForEach(place => place.Dispose());
    }

    [Fact]
    public void Who_finds_no_place_is_told_and_finds_one_later()
    {
        using var work = new PasswordWork(atOnce: 1, requestsPerHash: 2);
        var first = work.Enter();
        using var second = work.Enter();
        for (var i = 0; i < 3; i++) Assert.Equal(ChatErrorCode.Unavailable, Assert.Throws<ChatException>(work.Enter).Code);
        first.Dispose();
        using var third = work.Enter();
        Assert.Throws<ChatException>(work.Enter);
    }

    [Fact]
    public async Task A_hash_that_fails_leaves_its_place_to_others()
    {
        using var work = new PasswordWork(atOnce: 1, requestsPerHash: 1);
        using (var place = work.Enter()) await Assert.ThrowsAsync<InvalidOperationException>(() => place.RunAsync<int>(() => throw new InvalidOperationException()));
        using (var place = work.Enter()) Assert.Equal(7, await place.RunAsync(() => 7));
    }

    [Fact]
    public async Task Too_many_log_ins_are_told_when_to_come_again_and_the_guesses_that_were_not_tried_do_not_count()
    {
        using var work = new PasswordWork(atOnce: 1, requestsPerHash: 3);
        await using var gateway = await AccountGateway.StartAsync(
            builder => builder.Services.AddSingleton(work), iterations: 500, "Auth:LockoutFailures=1");
        await gateway.RegisterAsync("alice");
        var user = gateway.Gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IAccountGrain>("alice");
        var held = await user.BeginGuess(new GuessLimits(1, TimeSpan.FromMinutes(5)));
        var waiting = Enumerable.Range(0, 3).Select(_ => gateway.Client.LogInAsync("alice", AccountGateway.Password)).ToList();
        await Patience.UntilAsync(
            () => Task.FromResult(gateway.Costs.Done.Count(done => done == nameof(IAccountGrain.BeginGuess)) == 4), "they are inside");
        foreach (var refused in new[]
                 {
                     await gateway.Client.LogInAsync("alice", AccountGateway.Password),
                     await gateway.Client.LogInAsync("nobody", AccountGateway.Password),
                     await gateway.Client.RegisterAsync("bob", AccountGateway.Password),
                 })
        {
            refused.Refused((int)HttpStatusCode.ServiceUnavailable, "unavailable");
            Assert.Equal(TimeSpan.FromSeconds(1), refused.RetryAfter);
        }

        // What is no log-in is not held up.
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Http };
        Assert.Equal("ok\n", await http.GetStringAsync("/healthz/ready"));
        await user.EndGuess(held.Id, GuessVerdict.Untried, "");
        foreach (var answer in await Task.WhenAll(waiting)) answer.Done();
        (await gateway.Client.RegisterAsync("bob", AccountGateway.Password)).Done();
    }
}
