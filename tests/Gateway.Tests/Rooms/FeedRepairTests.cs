using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Gateways;

namespace OrleansChat.Gateway.Tests.Rooms;

/// <summary>Batches between a room and its gateway are lost, repeated, and refused: clients must not notice.</summary>
public sealed class FeedRepairTests
{
    private const int Messages = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Lost_and_repeated_batches_leave_no_hole_and_no_repeat(int seed)
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.Unhurried);
        var identity = gateway.Services.GetRequiredService<GatewayIdentity>();
        var deliver = identity.OnBatch!;
        var chance = new Random(seed);
        identity.OnBatch = batch => Mistreat(batch, deliver, chance);
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        await using var bob = await gateway.ConnectToAsync("bob", "lobby");

        for (var i = 0; i < Messages; i++)
        {
            // Now and then one waits, so that there are many small batches to mistreat and not one large one.
            if (i % 4 == 0) await alice.SayAsync("lobby", $"{i}");
            else await alice.PostAsync(new { type = "send", room = "lobby", text = $"{i}" });
        }

        await bob.TakeAsync("message", frame => frame.Number("seq") == Messages);
        await alice.TakeAsync("message", frame => frame.Number("seq") == Messages);
        Assert.Equal(Enumerable.Range(1, Messages).Select(seq => (long)seq), Seqs(bob));
        Assert.Equal(Enumerable.Range(1, Messages).Select(seq => (long)seq), Seqs(alice));
        Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"{i}"), bob.Of("message").Select(frame => frame.Text("text")));
    }

    [Fact]
    public async Task Lost_announcements_of_presence_are_made_up_for()
    {
        await using var gateway = await TestGateway.StartAsync();
        var identity = gateway.Services.GetRequiredService<GatewayIdentity>();
        var deliver = identity.OnBatch!;
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        await alice.TakeAsync("presence", frame => frame.Number("online") == 1);

        // Whatever the room announces from here on is lost; its newest number is all that the feed can learn.
        identity.OnBatch = batch => deliver(batch with { Signals = [] });
        await using var bob = await gateway.ConnectToAsync("bob", "lobby");
        var carol = await gateway.ConnectToAsync("carol", "lobby");
        await carol.DisposeAsync();

        await Patience.UntilAsync(() => Task.FromResult(Online(alice).SetEquals(["alice", "bob"])), "alice sees bob alone");
    }

    [Fact]
    public async Task What_was_acknowledged_is_read_from_the_log_when_no_batch_arrives()
    {
        // No turn either, in which a renewal would find it out.
        await using var gateway = await TestGateway.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new NoTurnsClock()));
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        await using var bob = await gateway.ConnectToAsync("bob", "lobby");
        gateway.Services.GetRequiredService<GatewayIdentity>().OnBatch = _ => true;
        for (var i = 1; i <= 3; i++) await alice.SayAsync("lobby", $"{i}");
        await bob.TakeAsync("message", frame => frame.Number("seq") == 3);
        await alice.SayAsync("lobby", "4");
        await bob.TakeAsync("message", frame => frame.Number("seq") == 4);
        Assert.Equal([1L, 2, 3, 4], Seqs(bob));
    }

    private static bool Mistreat(RoomBatch batch, Func<RoomBatch, bool> deliver, Random chance)
    {
        int fate;
        lock (chance) fate = chance.Next(10);
        switch (fate)
        {
            case < 3:
                return true;
            case 3:
                deliver(batch);
                throw new TimeoutException("delivered, but nobody learns of it");
            case 4:
                deliver(batch);
                return deliver(batch);
            default:
                return deliver(batch);
        }
    }

    private static IEnumerable<long> Seqs(ChatClient client) => client.Of("message").Select(frame => frame.Number("seq"));

    private static HashSet<string> Online(ChatClient client)
    {
        var online = new HashSet<string>();
        foreach (var frame in client.Of("presence"))
        {
            online.UnionWith(Names(frame, "joined"));
            online.ExceptWith(Names(frame, "left"));
        }

        return online;
    }

    private static IEnumerable<string> Names(JsonElement frame, string field) =>
        frame.GetProperty(field).EnumerateArray().Select(name => name.GetString()!);
}
