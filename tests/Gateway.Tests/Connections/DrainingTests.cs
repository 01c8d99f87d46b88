using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

public sealed class DrainingTests
{
    [Fact]
    public async Task A_gateway_that_stops_says_goodbye_with_1001_and_lets_nobody_in()
    {
        var closes = new HeldCloses();
        // And the process has an hour to end in, or it would be over with it while a slow machine looks on.
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddSingleton<TimeProvider>(closes), "Chat:Drain:MaxSeconds=3600");
        await using var client = await gateway.ConnectToAsync("alice", "lobby");
        await using var person = await gateway.TypeAsync("bob");
        await person.SeeStartAsync("* welcome");
        // This one does not answer the close, so that the gateway is seen while it waits.
        await using var stubborn = await RawSocket.ConnectAsync(gateway.Json("stubborn"));
        await stubborn.ReadAsync();
        var acked = new List<Task<System.Text.Json.JsonElement>>();
        for (var i = 0; i < 20; i++) acked.Add(client.ReplyAsync(await client.PostAsync(new { type = "send", room = "lobby", text = $"{i}" })));
        await acked[0];
        var stopping = gateway.StopAsync();

        var goodbye = await client.TakeAsync("goodbye");
        Assert.Equal((1001, "draining", true), ((int)goodbye.Number("code"), goodbye.Text("reason"), goodbye.Flag("reconnect")));
        Assert.InRange(goodbye.Number("afterMs"), 0, 60_000);
        Assert.Equal(1001, (await client.ClosedAsync()).Code);
        await person.SeeAsync("! draining");
        Assert.Equal(1001, (await person.ClosedAsync()).Code);
        Assert.Equal(1001, (await stubborn.ReadToEndAsync())[^1].Code);

        using var http = new HttpClient { BaseAddress = gateway.Http };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/healthz/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz/live")).StatusCode);
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => gateway.ConnectAsync("late"));

        // It does not wait for ever for one that does not answer.
        closes.Release();
        await stopping.WaitAsync(Patience.Limit);
        Assert.Null(await stubborn.ReadAsync());
    }

    [Fact]
    public async Task A_gateway_without_any_time_left_ends_all_the_same()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Drain:DelaySeconds=600", "Chat:Drain:MaxSeconds=3600");
        await using var client = await gateway.ConnectToAsync("alice", "lobby");
        await using var stubborn = await RawSocket.ConnectAsync(gateway.Json("stubborn"));
        await stubborn.ReadAsync();
        await gateway.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Patience.Limit);
        // Cut off or told in time, but not left hanging.
        Assert.IsNotType<TimeoutException>(await Record.ExceptionAsync(client.ClosedAsync));
    }
}
