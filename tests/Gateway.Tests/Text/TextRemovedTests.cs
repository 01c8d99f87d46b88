using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Text;

/// <summary>Whoever is out of a room hears nothing more of it, whatever they have typed before.</summary>
public sealed class TextRemovedTests
{
    [Fact]
    public async Task Who_is_kicked_hears_nothing_more_though_a_line_of_theirs_still_waits()
    {
        var held = HeldCall.ForHistory("lobby");
        await using var gateway = await TestGateway.StartAsync(builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(held));
        await using var owner = await gateway.ConnectToAllAsync("owner");
        await owner.DoAsync(new { type = "create", room = "lobby", kind = "public" });
        await owner.JoinAsync("den");
        await using var bob = await gateway.TypeAsync("bob", "room=den");
        await bob.SeeStartAsync("* welcome");
        await bob.TypeAsync("/join lobby");
        await bob.SeeStartAsync("* you are in lobby");
        // Told after the other one.
        await using var program = await gateway.ConnectToAllAsync("bob");
        await owner.SayAsync("lobby", "before");
        await bob.SeeAsync("owner: before");

        await bob.TypeAsync("/history");
        await held.Reached;
        await owner.DoAsync(new { type = "kick", room = "lobby", user = "bob" });
        await program.TakeAsync("room", room => room.Has("removed"));
        await owner.SayAsync("lobby", "after");
        await owner.TakeAsync("message", message => message.Text("text") == "after");
        // Whoever is not out of a room hears it, also while a line waits.
        await owner.SayAsync("den", "here");
        await bob.SeeAsync("[den] owner: here");
        Assert.DoesNotContain(bob.Lines, line => line.EndsWith("owner: after", StringComparison.Ordinal));

        // Who is back hears again, once what waited was done.
        await owner.DoAsync(new { type = "invite", room = "lobby", user = "bob" });
        held.Release();
        await bob.SeeAsync("* you are no longer in lobby");
        await bob.TypeAsync("/join lobby");
        await bob.SeeStartAsync("* you are in lobby");
        await owner.SayAsync("lobby", "again");
        await bob.SeeAsync("owner: again");
        Assert.DoesNotContain(bob.Lines, line => line is "owner: after" or "[lobby] owner: after");
    }

    [Fact]
    public async Task What_was_typed_before_the_end_of_the_connection_is_not_sent_after_it()
    {
        var held = HeldCall.ForHistory("lobby");
        await using var gateway = await TestGateway.StartAsync(builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(held));
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        var connections = gateway.Services.GetRequiredService<ConnectionTable>();
        await using (var bob = await gateway.TypeAsync("bob", "room=lobby"))
        {
            await bob.SeeStartAsync("* welcome");
            await bob.TypeAsync("in time\n/history\ntoo late");
            await held.Reached;
            Assert.Equal(1, await gateway.Grain<IUserGrain>("bob").DisconnectAll("root", reason: null));
            Assert.Equal(4500, (await bob.ClosedAsync()).Code);
        }

        held.Release();
        await Patience.UntilAsync(() => Task.FromResult(connections.Count == 1), "bob's connection had ended");
        await alice.SayAsync("lobby", "now");
        await alice.TakeAsync("message", message => message.Text("text") == "now");
        Assert.Equal(["in time", "now"], alice.Of("message").Select(message => message.Text("text")));
    }
}
