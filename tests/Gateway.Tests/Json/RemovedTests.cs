using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

/// <summary>Whoever is out of a room hears nothing more of it, whatever they have asked of it before.</summary>
public sealed class RemovedTests
{
    [Fact]
    public async Task Who_is_kicked_hears_nothing_after_the_news_though_a_command_of_theirs_still_waits()
    {
        var held = HeldCall.ForHistory("lobby");
        await using var gateway = await TestGateway.StartAsync(builder => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(held));
        await using var owner = await gateway.ConnectToAllAsync("owner");
        await owner.DoAsync(new { type = "create", room = "lobby", kind = "public" });
        await using var bob = await gateway.ConnectToAllAsync("bob");
        await bob.JoinAsync("lobby");
        await owner.SayAsync("lobby", "before");
        await bob.MessageAsync("lobby");

        var history = await bob.PostAsync(new { type = "history", room = "lobby" });
        await held.Reached;
        await owner.DoAsync(new { type = "kick", room = "lobby", user = "bob" });
        await bob.TakeAsync("room", room => room.Has("removed"));
        await owner.SayAsync("lobby", "after");
        await owner.TakeAsync("message", message => message.Text("text") == "after");
        await bob.CatchUpAsync();
        Assert.Equal(["before"], bob.Of("message").Select(message => message.Text("text")));

        // Who is back hears again, once what waited was done.
        await owner.DoAsync(new { type = "invite", room = "lobby", user = "bob" });
        await bob.TakeAsync("room", room => !room.Has("removed"));
        held.Release();
        Assert.Equal("history", (await bob.ReplyAsync(history)).Type());
        await bob.JoinAsync("lobby");
        await owner.SayAsync("lobby", "again");
        Assert.Equal("again", (await bob.TakeAsync("message", message => message.Text("text") == "again")).Text("text"));
        Assert.DoesNotContain("after", bob.Of("message").Select(message => message.Text("text")));
    }
}
