using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Rooms;

/// <summary>
/// A silo dies: its activations are gone, and cannot say so. The turns of these gateways never come, nobody sends through
/// them, and last words are lost: all that there is, is the news of the membership.
/// </summary>
public sealed class LostSiloTests
{
    private readonly RefusedRenewals _renewals = new();
    private readonly Membership _membership = new();

    [Fact]
    public async Task The_rooms_of_a_silo_that_is_gone_are_looked_for_at_once()
    {
        await using var gateway = await StartAsync();
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        await KillAsync(gateway, Grains(gateway).GetGrain<IRoomGrain>("lobby"));
        await SendAsync(gateway, "after");
        _membership.HasChanged = true;
        await alice.TakeAsync("message", frame => frame.Text("text") == "after");
    }

    [Fact]
    public async Task A_question_that_failed_is_asked_again()
    {
        await using var gateway = await StartAsync();
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        _membership.Failures = 3;
        await Patience.UntilAsync(() => Task.FromResult(_membership.Failures == 0), "it has failed three times");
        await KillAsync(gateway, Grains(gateway).GetGrain<IRoomGrain>("lobby"));
        await SendAsync(gateway, "after");
        _membership.HasChanged = true;
        await alice.TakeAsync("message", frame => frame.Text("text") == "after");
    }

    [Fact]
    public async Task A_renewal_that_the_dead_silo_will_never_answer_holds_nobody_up()
    {
        await using var gateway = await StartAsync();
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        var kept = new RefusedRenewals.Keeping("bob");
        _renewals.Kept = kept;
        // It joins by a renewal, which is not answered any more.
        var joining = gateway.ConnectToAsync("bob", "lobby");
        await kept.Reached.WaitAsync(Patience.Limit);
        _renewals.Kept = null;
        _membership.HasChanged = true;
        await using var bob = await joining;
        // The one that was overtaken arrives after all, and changes nothing.
        kept.Release();
        await SendAsync(gateway, "after");
        await bob.TakeAsync("message", frame => frame.Text("text") == "after");
        await alice.TakeAsync("message", frame => frame.Text("text") == "after");
    }

    [Fact]
    public async Task Users_hear_of_their_rooms_again_when_their_silo_is_gone()
    {
        await using var gateway = await StartAsync();
        await using var bob = await gateway.ConnectToAllAsync("bob");
        var grains = Grains(gateway);
        await KillAsync(gateway, grains.GetGrain<IUserGrain>("bob"));
        var club = grains.GetGrain<IRoomGrain>("club");
        await club.Create("alice", RoomKind.Private, topic: null, connection: null);
        await club.Moderate(new Moderation("alice", ModerationAction.Invite, "bob"));
        // His new activation knows of no connection that it could tell.
        await Patience.UntilAsync(async () => (await grains.GetGrain<IUserGrain>("bob").Rooms()).Rooms.Length == 1, "he is a member");
        _membership.HasChanged = true;
        await bob.TakeAsync("room", frame => frame.Text("room") == "club");
    }

    [Fact]
    public async Task A_membership_that_stays_as_it_is_renews_nothing()
    {
        await using var gateway = await StartAsync();
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        await alice.TakeAsync("presence");
        var (asked, renewed) = (_membership.Asked, _renewals.Asked);
        await Patience.UntilAsync(() => Task.FromResult(_membership.Asked >= asked + 2), "it is asked for twice more");
        // Her own arrival is news to it, and may have been renewed once.
        Assert.InRange(_renewals.Asked, renewed, renewed + 1);
    }

    private async Task<TestGateway> StartAsync()
    {
        var gateway = await TestGateway.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(new NoTurnsClock());
            builder.Services.AddSingleton<IIncomingGrainCallFilter>(_renewals);
            builder.Services.AddSingleton<IIncomingGrainCallFilter>(_membership);
            // As a cluster's gateway has it; this one has its silo inside.
            builder.Services.AddHostedService<ClusterWatch>();
        });
        var identity = gateway.Services.GetRequiredService<GatewayIdentity>();
        var deliver = identity.OnBatch!;
        identity.OnBatch = batch => !batch.Ended && deliver(batch);
        return gateway;
    }

    private static IGrainFactory Grains(TestGateway gateway) => gateway.Services.GetRequiredService<IGrainFactory>();

    // What is left of a grain whose silo was killed: nothing, and nobody was told.
    private static async Task KillAsync(TestGateway gateway, IAddressable grain)
    {
        var version = await RenewableAsync(gateway, grain);
        await grain.Cast<IGrainManagementExtension>().DeactivateOnIdle();
        await Patience.UntilAsync(async () => await RenewableAsync(gateway, grain) != version, "there is another activation");
    }

    private static async Task<long> RenewableAsync(TestGateway gateway, IAddressable grain) => grain switch
    {
        IUserGrain user => (await user.Rooms()).Version,
        _ => (await Grains(gateway).GetGrain<IRoomGrain>("lobby").Join("alice", "nobody")).Epoch,
    };

    private static Task SendAsync(TestGateway gateway, string text) => Grains(gateway).GetGrain<IRoomGrain>("lobby")
        .Send(new SendBatch("alice", Name: null, [new Draft(text, Key: null, ReplyTo: null, Data: null)]));
}
