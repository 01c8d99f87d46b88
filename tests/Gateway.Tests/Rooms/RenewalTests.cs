using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Rooms;

/// <summary>
/// A room's activation ends, and its routes with it. The ten-second turn of these gateways never comes: whatever finds
/// the room again is what the test is about.
/// </summary>
public sealed class RenewalTests
{
    private readonly RefusedRenewals _renewals = new();

    [Fact]
    public async Task A_reply_under_a_newer_epoch_renews_the_route_at_once()
    {
        await using var gateway = await StartAsync();
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        await using var bob = await gateway.ConnectToAsync("bob", "lobby");
        await alice.SayAsync("lobby", "before");
        await EndActivationAsync(gateway, "lobby");
        await alice.SayAsync("lobby", "after");
        await bob.TakeAsync("message", frame => frame.Text("text") == "after");
        await SayElsewhereAsync(gateway, "and on");
        await bob.TakeAsync("message", frame => frame.Text("text") == "and on");
        Assert.Equal([1L, 2, 3], bob.Of("message").Select(frame => frame.Number("seq")));
    }

    [Fact]
    public async Task A_line_typed_at_a_terminal_finds_the_new_activation_too()
    {
        await using var gateway = await StartAsync();
        await using var alice = await gateway.TypeAsync("alice");
        await alice.SeeStartAsync("* welcome");
        await using var bob = await gateway.ConnectToAsync("bob", "lobby");
        await EndActivationAsync(gateway, "lobby");
        await alice.TypeAsync("after");
        await bob.TakeAsync("message", frame => frame.Text("text") == "after");
        await SayElsewhereAsync(gateway, "and on");
        await bob.TakeAsync("message", frame => frame.Text("text") == "and on");
    }

    [Fact]
    public async Task A_renewal_that_fails_is_tried_again_until_it_succeeds()
    {
        await using var gateway = await StartAsync();
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        await using var bob = await gateway.ConnectToAsync("bob", "lobby");
        await EndActivationAsync(gateway, "lobby");
        _renewals.Left = 4;
        await alice.SayAsync("lobby", "after");
        await bob.TakeAsync("message", frame => frame.Text("text") == "after");
        await SayElsewhereAsync(gateway, "and on");
        await bob.TakeAsync("message", frame => frame.Text("text") == "and on");
        Assert.Equal(0, _renewals.Left);
    }

    [Fact]
    public async Task Replies_under_the_epoch_that_is_known_renew_nothing()
    {
        await using var gateway = await StartAsync();
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        await alice.SayAsync("lobby", "first");
        // Its own arrival is news to it, and may have to be renewed once.
        await alice.TakeAsync("presence");
        var asked = _renewals.Asked;
        for (var i = 0; i < 20; i++) await alice.SayAsync("lobby", $"{i}");
        Assert.InRange(_renewals.Asked, asked, asked + 1);
    }

    [Fact]
    public async Task A_last_word_of_the_activation_renews_the_route_at_once()
    {
        await using var gateway = await StartAsync(lastWords: true);
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        var asked = _renewals.Asked;
        await EndActivationAsync(gateway, "lobby");
        await Patience.UntilAsync(() => Task.FromResult(_renewals.Asked > asked), "the route is renewed, though nobody sends");
        await SayElsewhereAsync(gateway, "after");
        await alice.TakeAsync("message", frame => frame.Text("text") == "after");
    }

    // As through another gateway: this one is sent no acknowledgement that would tell it that there is something.
    private static async Task SayElsewhereAsync(TestGateway gateway, string text)
    {
        var grains = gateway.Services.GetRequiredService<IGrainFactory>();
        var batch = new SendBatch("alice", Name: null, [new Draft(text, Key: null, ReplyTo: null, Data: null)]);
        Assert.Null(Assert.Single((await grains.GetGrain<IRoomGrain>("lobby").Send(batch)).Outcomes).Refusal);
    }

    private async Task<TestGateway> StartAsync(bool lastWords = false)
    {
        var gateway = await TestGateway.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(new NoTurnsClock());
            builder.Services.AddSingleton<IIncomingGrainCallFilter>(_renewals);
        });
        var identity = gateway.Services.GetRequiredService<GatewayIdentity>();
        var deliver = identity.OnBatch!;
        identity.OnBatch = batch => (lastWords || !batch.Ended) && deliver(batch);
        return gateway;
    }

    private static async Task EndActivationAsync(TestGateway gateway, string room)
    {
        var grains = gateway.Services.GetRequiredService<IGrainFactory>();
        await grains.GetGrain<IRoomGrain>(room).Cast<IGrainManagementExtension>().DeactivateOnIdle();
    }
}
