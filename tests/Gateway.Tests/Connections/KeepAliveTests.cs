using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

public sealed class KeepAliveTests
{
    // Whoever is looked for has ten seconds to answer, and a slow machine with them.
    private static readonly string[] Watched = ["Chat:Limits:PingSeconds=1", "Chat:Limits:PongSeconds=10"];

    [Fact]
    public async Task A_peer_that_answers_no_ping_is_found_and_one_that_does_stays()
    {
        await using var gateway = await TestGateway.StartAsync(Watched);
        await using var dead = await RawSocket.ConnectAsync(gateway.Json("dead", "rooms=lobby"), showsPings: true);
        // This one says nothing either, but its WebSocket answers pings.
        await using var quiet = await gateway.ConnectToAsync("quiet", "lobby");
        var left = await quiet.TakeAsync("presence", frame => frame.Texts("left").Contains("dead"));
        Assert.Equal(1, left.Number("online"));
        var frames = await dead.ReadToEndAsync();
        Assert.Contains(frames, frame => frame.Opcode == RawSocket.Ping);
        await quiet.SayAsync("lobby", "still here");
    }

    [Fact]
    public async Task A_client_that_never_says_a_word_is_kept()
    {
        await using var gateway = await TestGateway.StartAsync(Watched);
        await using var raw = await RawSocket.ConnectAsync(gateway.Json("alice"), showsPings: true);
        Assert.Equal("welcome", FrameFields.Parse((await raw.ReadAsync())!.Text).Type());
        // One a second: longer than somebody is kept who answers none.
        for (var i = 0; i < 12; i++)
        {
            var ping = (await raw.ReadAsync())!;
            Assert.Equal(RawSocket.Ping, ping.Opcode);
            await raw.SendAsync(RawSocket.Pong, ping.Payload);
        }

        await raw.SendAsync("""{"type":"ping"}""");
        Assert.Equal("""{"type":"pong"}""", (await raw.ReadAsync())!.Text);
    }
}
