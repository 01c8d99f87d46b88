using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
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
        // The gate would end it without an answer, ten seconds later.
        await using var patient = await StartAsync();
        using var slow = await Visitor.ConnectAsync(patient.Http);
        Assert.True(await slow.WriteAsync("GET /ws?user=slow HTTP/1.1\r\nHost: a\r\n"));
        using var stop = new CancellationTokenSource();
        var trickling = TrickleAsync(slow, stop.Token);
        await slow.ReadHeadAsync();
        Assert.Equal(408, slow.Status);
        await slow.EndedAsync();
        await stop.CancelAsync();
        await trickling;
        await using var gateway = await TestGateway.StartAsync();
        using var silent = await Visitor.ConnectAsync(gateway.Http);
        await silent.EndedAsync();
    }

    [Fact]
    public async Task Headers_without_end_and_lines_without_end_are_refused()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var many = await Visitor.ConnectAsync(gateway.Http);
        // All at once, or a slow machine would be told how slow it is.
        await many.WriteAsync("GET /ws HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"X-{i}: {i}\r\n")));
        await many.ReadHeadAsync();
        Assert.Equal(431, many.Status);
        await many.EndedAsync();

        using var long1 = await Visitor.ConnectAsync(gateway.Http);
        await long1.WriteAsync("GET /ws HTTP/1.1\r\nHost: a\r\nX-Long: " + new string('x', 400_000));
        await long1.ReadHeadAsync();
        Assert.Equal(431, long1.Status);

        using var line = await Visitor.ConnectAsync(gateway.Http);
        await line.WriteAsync("GET /ws?access_token=" + new string('x', 400_000));
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
        // Nobody is cut off for saying nothing, but for being one too many.
        await using var gateway = await StartAsync("Chat:Limits:Connections=2");
        var idle = new List<Visitor?>();
        var sockets = new List<Visitor>();
        try
        {
            // A socket is not among those that wait, though it comes from the same address.
            for (var i = 0; i < 20; i++) sockets.Add(await Visitor.KnockAsync(gateway.Socket("/ws"), "127.0.0.7"));
            Assert.All(sockets, socket => Assert.Equal(101, socket.Status));
            // Each is told that it is nobody's; by then none of them waits any more.
            foreach (var socket in sockets) Assert.True(await socket.ReadSomeAsync());
            for (var i = 0; i <= WebServerLimits.WaitingPerAddress; i++) idle.Add(await ConnectAsync(gateway.Http, "127.0.0.7"));
            // One more of that address than there may be is cut off, whichever was looked at last, and nobody else.
            await Patience.UntilAsync(() => Task.FromResult(idle.Any(IsCutOff)), "one was cut off");
            await using var alice = await gateway.ConnectToAsync("alice", "lobby");
            await using var bob = await gateway.ConnectToAsync("bob", "lobby");
            for (var i = 0; i < 20; i++)
            {
                await alice.SayAsync("lobby", $"{i}");
                Assert.Equal($"{i}", (await bob.MessageAsync("lobby")).Text("text"));
            }

            Assert.Single(idle, IsCutOff);
        }
        finally
        {
            foreach (var visitor in idle.Concat(sockets)) visitor?.Dispose();
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

    private static Task<TestGateway> StartAsync(params string[] settings) =>
        TestGateway.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new PatientClock()), settings);

    // None was cut off before it knew that it was connected.
    private static async Task<Visitor?> ConnectAsync(Uri server, string from)
    {
        try
        {
            return await Visitor.ConnectAsync(server, from);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    private static bool IsCutOff(Visitor? visitor) => visitor?.IsEnded() != false;

    private static async Task TrickleAsync(Visitor slow, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await slow.WriteAsync("X"))
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
