using System.Net.Sockets;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Hostile;

/// <summary>Those who never get as far as a WebSocket: too slow, too long, or silent.</summary>
[Collection(nameof(Alone))]
public sealed class HandshakeTests
{
    [Fact]
    public async Task Headers_that_trickle_in_end_the_connection()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var slow = await Visitor.ConnectAsync(gateway.Http);
        Assert.True(await slow.WriteAsync("GET /ws?user=slow HTTP/1.1\r\nHost: a\r\n"));
        using var stop = new CancellationTokenSource();
        var trickling = TrickleAsync(slow, stop.Token);
        await slow.ReadHeadAsync();
        Assert.Equal(408, slow.Status);
        await slow.EndedAsync();
        await stop.CancelAsync();
        await trickling;
        using var silent = await Visitor.ConnectAsync(gateway.Http);
        await silent.EndedAsync();
    }

    [Fact]
    public async Task Headers_without_end_and_lines_without_end_are_refused()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var many = await Visitor.ConnectAsync(gateway.Http);
        await many.WriteAsync("GET /ws HTTP/1.1\r\nHost: a\r\n");
        for (var i = 0; i < 1000 && await many.WriteAsync($"X-{i}: {i}\r\n"); i++)
        {
        }

        await many.ReadHeadAsync();
        Assert.Equal(431, many.Status);
        await many.EndedAsync();

        using var long1 = await Visitor.ConnectAsync(gateway.Http);
        await long1.WriteAsync("GET /ws HTTP/1.1\r\nHost: a\r\nX-Long: ");
        for (var i = 0; i < 100 && await long1.WriteAsync(new string('x', 4096)); i++)
        {
        }

        await long1.ReadHeadAsync();
        Assert.Equal(431, long1.Status);

        using var line = await Visitor.ConnectAsync(gateway.Http);
        await line.WriteAsync("GET /ws?access_token=");
        for (var i = 0; i < 100 && await line.WriteAsync(new string('x', 4096)); i++)
        {
        }

        await line.ReadHeadAsync();
        Assert.Equal(414, line.Status);
    }

    [Fact]
    public async Task An_address_with_a_token_and_fifty_rooms_fits()
    {
        await using var gateway = await TestGateway.StartAsync();
        var rooms = string.Join(',', Enumerable.Range(0, 50).Select(i => $"{i}".PadRight(64, 'r')));
        using var visitor = await Visitor.KnockAsync(gateway.Json("alice", $"rooms={rooms}&x={new string('t', 8000)}"));
        Assert.Equal(101, visitor.Status);
    }

    [Fact]
    public async Task Connections_that_say_nothing_take_no_place_of_those_who_chat()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:Connections=2");
        var idle = new List<Visitor>();
        var sockets = new List<Visitor>();
        try
        {
            // A socket is not among those that wait, though it comes from the same address.
            for (var i = 0; i < 20; i++) sockets.Add(await Visitor.KnockAsync(gateway.Socket("/ws"), "127.0.0.7"));
            Assert.All(sockets, socket => Assert.Equal(101, socket.Status));
            for (var i = 0; i < WebServerLimits.WaitingPerAddress; i++) idle.Add(await Visitor.ConnectAsync(gateway.Http, "127.0.0.7"));
            // One more of that address is cut off, and nobody else.
            await CutOffAsync(gateway.Http, "127.0.0.7");
            Assert.DoesNotContain(idle, visitor => visitor.IsEnded());
            await using var alice = await gateway.ConnectToAsync("alice", "lobby");
            await using var bob = await gateway.ConnectToAsync("bob", "lobby");
            for (var i = 0; i < 20; i++)
            {
                await alice.SayAsync("lobby", $"{i}");
                Assert.Equal($"{i}", (await bob.MessageAsync("lobby")).Text("text"));
            }
        }
        finally
        {
            foreach (var visitor in idle.Concat(sockets)) visitor.Dispose();
        }
    }

    [Fact]
    public async Task A_trusted_proxy_keeps_as_many_connections_as_it_likes()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:TrustedProxies=127.0.0.7");
        var kept = new List<Visitor>();
        try
        {
            for (var i = 0; i <= WebServerLimits.WaitingPerAddress; i++) kept.Add(await Visitor.ConnectAsync(gateway.Http, "127.0.0.7"));
            Assert.True(await kept[^1].WriteAsync("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            await kept[^1].ReadHeadAsync();
            Assert.Equal(200, kept[^1].Status);
        }
        finally
        {
            foreach (var visitor in kept) visitor.Dispose();
        }
    }

    private static async Task CutOffAsync(Uri server, string from)
    {
        try
        {
            using var visitor = await Visitor.ConnectAsync(server, from);
            await visitor.EndedAsync();
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Before it knew that it was connected.
        }
    }

    private static async Task TrickleAsync(Visitor slow, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await slow.WriteAsync("X"))
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
