using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

public sealed class OverloadTests
{
    [Fact]
    public async Task A_gateway_that_is_full_closes_with_1013_and_says_to_come_back()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:Connections=3");
        var clients = new List<ChatClient>();
        for (var i = 0; i < 3; i++) clients.Add(await gateway.ConnectAsync($"user{i}"));
        foreach (var client in clients) await client.CatchUpAsync();
        await using (var refused = await ChatClient.OpenAsync(gateway.Json("late")))
        {
            var goodbye = await refused.TakeAsync("goodbye");
            Assert.Equal((1013, true), ((int)goodbye.Number("code"), goodbye.Flag("reconnect")));
            Assert.True(goodbye.Number("afterMs") > 0);
            Assert.Equal(1013, (await refused.ClosedAsync()).Code);
        }

        await clients[0].CloseAsync();
        await Patience.UntilAsync(
            async () =>
            {
                await using var again = await ChatClient.OpenAsync(gateway.Json("late"));
                await Task.WhenAny(again.TakeAsync("welcome"), again.TakeAsync("goodbye"));
                return again.Frames[0].Is("welcome");
            },
            "there was room again");
        foreach (var client in clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_let_go_with_4000_and_delays_nobody()
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.Unhurried);
        const string Room = "lobby";
        await using var slow = await RawSocket.ConnectAsync(gateway.Json("slow", $"rooms={Room}"), receiveBuffer: 4096);
        await using var reader = await gateway.ConnectToAsync("reader", Room);
        await using var sender = await gateway.ConnectToAsync("sender", Room);
        await Patience.UntilAsync(async () => (await reader.JoinAsync(Room)).Number("online") == 3, "all three were online");

        // Far more than the system buffers for the slow one, which the gateway does not see.
        const int Sent = 3000;
        var text = new string('x', 8000);
        for (var i = 1; i <= Sent; i++)
        {
            await sender.TellAsync(new { type = "send", room = Room, text });
            // The others have it all, although one has stopped.
            if (i % 20 != 0) continue;
            foreach (var other in new[] { reader, sender }) await other.TakeAsync("message", frame => frame.Number("seq") == i);
        }

        // It shows that it is alive, so that it is not taken for one that is gone.
        await Patience.UntilAsync(
            async () =>
            {
                await WriteOrBeCutOffAsync(slow, RawSocket.Encode(RawSocket.Pong, []));
                return reader.Of("presence").Any(frame => frame.Texts("left").Contains("slow"));
            },
            "the slow one was let go");
        Assert.Equal(Enumerable.Range(1, Sent), reader.Of("message").Select(message => (int)message.Number("seq")));
    }

    [Fact]
    public async Task A_slow_client_that_reads_on_learns_why()
    {
        // The gateway does not give up before the client reads on, however slow the machine is.
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddSingleton<TimeProvider>(new HeldCloses()),
            [.. TestGateway.Unhurried, "Chat:Limits:OutboxBytes=65536"]);
        var ping = RawSocket.Encode(RawSocket.Text, Encoding.ASCII.GetBytes($$"""{"type":"ping","id":"{{new string('x', 60)}}"}"""));
        var burst = Enumerable.Repeat(ping, 1000).SelectMany(bytes => bytes).ToArray();
        await using var slow = await RawSocket.ConnectAsync(gateway.Json("slow"), receiveBuffer: 4096);
        // It asks and does not read the answers.
        for (var i = 0; i < 150; i++) await slow.WriteAsync(burst);
        var frames = await slow.ReadToEndAsync();
        Assert.Equal(4000, frames[^1].Code);
        var goodbye = FrameFields.Parse(frames[^2].Text);
        Assert.Equal(("goodbye", 4000, true), (goodbye.Type(), (int)goodbye.Number("code"), goodbye.Flag("reconnect")));
        // Those who come back are served.
        await using var again = await gateway.ConnectToAsync("slow", "lobby");
    }

    private static async Task WriteOrBeCutOffAsync(RawSocket raw, byte[] bytes)
    {
        try
        {
            await raw.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // The gateway has given up.
        }
    }
}
