using System.Net;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Processes;

public sealed class EndingTests
{
    [Fact]
    public async Task SIGTERM_ends_it_within_twenty_seconds_with_clients_connected()
    {
        using var data = new DataDirectory();
        await using var gateway = await GatewayProcess.StartAsync(data);
        await using var client = await ChatClient.ConnectAsync(gateway.Json("alice", "rooms=lobby"));
        await using var person = await TextClient.ConnectAsync(new Uri($"ws://{gateway.Authority}/ws/bob"));
        await person.SeeStartAsync("* welcome");
        // One that answers nothing, and one that does not even read.
        await using var silent = await RawSocket.ConnectAsync(gateway.Json("silent", "rooms=lobby"));
        await using var deaf = await RawSocket.ConnectAsync(gateway.Json("deaf", "rooms=lobby"), receiveBuffer: 4096);
        var ids = new List<long>();
        for (var i = 1; i <= 50; i++) ids.Add(await client.PostAsync(new { type = "send", room = "lobby", text = new string('x', 8000) }));
        await client.ReplyAsync(ids[0]);

        var asked = TimeProvider.System.GetTimestamp();
        await gateway.TerminateAsync();
        Assert.Equal(1001, (await client.ClosedAsync()).Code);
        await person.SeeAsync("! draining");
        await gateway.EndedAsync();
        // The one duration that is promised.
        Assert.InRange(TimeProvider.System.GetElapsedTime(asked).TotalSeconds, 0, 20);
        Assert.Equal(0, gateway.ExitCode);
        Assert.Empty(gateway.Errors);

        // What was acknowledged is there, and nobody has to wait for a lock.
        await using var next = await GatewayProcess.StartAsync(data);
        await using var again = await next.ConnectAsync("alice");
        var acked = ids.Count(id => client.Frames.Any(frame => frame.Is("ack") && frame.Number("id") == id));
        Assert.InRange(again.Welcome.Items("rooms").Single().Number("lastSeq"), acked, 50);
    }

    [Fact]
    public async Task A_second_signal_ends_the_waiting()
    {
        using var data = new DataDirectory();
        await using var gateway = await GatewayProcess.StartAsync(data, "--Chat:Drain:DelaySeconds=600");
        await using var client = await ChatClient.ConnectAsync(gateway.Json("alice", "rooms=lobby"));
        await gateway.TerminateAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{gateway.Authority}") };
        await Patience.UntilAsync(
            async () => (await http.GetAsync("/healthz/ready")).StatusCode == HttpStatusCode.ServiceUnavailable, "it was not ready");
        // It goes on for ten minutes like this, but for somebody who presses Ctrl-C again.
        await client.SayAsync("lobby", "still here");
        await gateway.TerminateAsync();
        Assert.Equal(1001, (await client.ClosedAsync()).Code);
        await gateway.EndedAsync();
        Assert.Equal(0, gateway.ExitCode);
        Assert.Empty(gateway.Errors);
    }

    [Fact]
    public async Task Two_of_them_on_one_machine_do_not_collide()
    {
        using var one = new DataDirectory();
        using var other = new DataDirectory();
        var starting = new[] { GatewayProcess.StartAsync(one), GatewayProcess.StartAsync(other) };
        await using var first = await starting[0];
        await using var second = await starting[1];
        await using var alice = await ChatClient.ConnectAsync(first.Json("alice", "rooms=lobby"));
        await using var bob = await ChatClient.ConnectAsync(second.Json("bob", "rooms=lobby"));
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(i, (await alice.SayAsync("lobby", "here")).Number("seq"));
            Assert.Equal(i, (await bob.SayAsync("lobby", "there")).Number("seq"));
        }

        // And they have nothing to do with each other.
        Assert.Equal(1, (await alice.JoinAsync("lobby")).Number("online"));
        Assert.DoesNotContain(alice.Of("message"), message => message.Text("text") == "there");
    }

    [Fact]
    public async Task It_says_on_the_console_where_to_go()
    {
        using var data = new DataDirectory();
        await using var gateway = await GatewayProcess.StartAsync(data);
        await Patience.UntilAsync(
            () => Task.FromResult(gateway.Output.Any(line => line.TrimStart().StartsWith("data ", StringComparison.Ordinal) && line.Contains(data.Database, StringComparison.Ordinal))),
            "the file was named");
        Assert.Contains(gateway.Output, line => line.Contains($"ws://{gateway.Authority}/ws/alice", StringComparison.Ordinal));
        Assert.Contains(gateway.Output, line => line.Contains($"ws://{gateway.Authority}/ws?user=alice&rooms=lobby", StringComparison.Ordinal));
        // Nothing alarming on a first start, but for what Orleans and the web server say of a machine that is too slow for
        // them. The name of the directory is a random one, in which any four letters may stand.
        var lines = gateway.Output
            .Where(line => !line.Contains(" warn Orleans.", StringComparison.Ordinal) && !line.Contains(" warn Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal))
            .Select(line => line.Replace(data.Path, "", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(lines, line => line.Contains("warn", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(lines, line => line.Contains("fail", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(gateway.Output, line => line.Contains("EnvironmentStatistics", StringComparison.Ordinal));
        Assert.Empty(gateway.Errors);
    }
}
