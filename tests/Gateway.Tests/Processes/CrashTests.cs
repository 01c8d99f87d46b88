using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Processes;

public sealed class CrashTests
{
    [Fact]
    public async Task A_kill_between_two_sends_loses_nothing_acknowledged_and_the_count_goes_on()
    {
        using var data = new DataDirectory();
        string log;
        await using (var first = await GatewayProcess.StartAsync(data))
        {
            await using var client = await first.ConnectAsync("alice");
            log = (await client.JoinAsync("lobby")).Text("log");
            for (var i = 1; i <= 10; i++)
                Assert.Equal(i, (await client.DoAsync(new { type = "send", room = "lobby", text = $"{i}", key = $"k{i}" })).Number("seq"));
            await client.DoAsync(new { type = "read", room = "lobby", seq = 7 });
            await first.KillAsync();
        }

        await using var second = await GatewayProcess.StartAsync(data);
        await using var again = await second.ConnectAsync("alice");
        var entry = again.Welcome.Items("rooms").Single();
        Assert.Equal((10, 7, 3), (entry.Number("lastSeq"), entry.Number("readSeq"), entry.Number("unread")));
        var joined = await again.DoAsync(new { type = "join", room = "lobby", since = 4, log });
        Assert.True(joined.Flag("recovered"));
        Assert.Equal(["5", "6", "7", "8", "9", "10"], joined.Items("events").Select(message => message.Text("text")));
        Assert.Equal(11, (await again.DoAsync(new { type = "send", room = "lobby", text = "11", key = "k11" })).Number("seq"));
        // What was acknowledged before the kill is known by its key after it.
        var repeated = await again.DoAsync(new { type = "send", room = "lobby", text = "10", key = "k10" });
        Assert.Equal((10, true), (repeated.Number("seq"), repeated.Flag("duplicate")));
        await again.RefusedAsync(new { type = "send", room = "lobby", text = "other", key = "k10" }, "key_reused");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_client_that_sends_again_after_kills_in_full_flight_gets_each_message_in_once(int seed)
    {
        const int Count = 400;
        using var data = new DataDirectory();
        var random = new Random(seed);
        var seqs = new Dictionary<int, long>();
        for (var life = 1; seqs.Count < Count; life++)
        {
            Assert.True(life < 50, "it never got done");
            await using var gateway = await GatewayProcess.StartAsync(data);
            await using var client = await ChatClient.ConnectAsync(gateway.Json("alice", "rooms=lobby&subscribe=none"));
            // The first lives end soon, in the middle of what is being sent.
            var mortal = life <= 3;
            var ends = mortal ? seqs.Count + random.Next(5, 60) : Count;
            var ids = new Dictionary<int, long>();
            foreach (var i in Enumerable.Range(0, Count).Where(i => !seqs.ContainsKey(i)))
                ids[i] = await client.PostAsync(new { type = "send", room = "lobby", text = $"{i}", key = $"k{i}" });
            foreach (var (i, id) in ids)
            {
                if (seqs.Count >= ends) break;
                var ack = await client.ReplyAsync(id);
                Assert.Equal("ack", ack.Type());
                seqs.Add(i, ack.Number("seq"));
            }

            if (mortal) await gateway.KillAsync();
        }

        await using var last = await GatewayProcess.StartAsync(data);
        await using var reader = await ChatClient.ConnectAsync(last.Json("alice"));
        var texts = new List<string>();
        while (texts.Count < Count)
        {
            var page = await reader.DoAsync(new { type = "history", room = "lobby", after = texts.Count, limit = 200 });
            Assert.NotEmpty(page.Items("messages"));
            texts.AddRange(page.Items("messages").Select(message => message.Text("text")));
        }

        // Dense, each once, in the order of sending, and where the acks said.
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), texts);
        Assert.All(seqs, pair => Assert.Equal($"{pair.Key}", texts[(int)pair.Value - 1]));
        Assert.Equal(Count + 1, (await reader.SayAsync("lobby", "next")).Number("seq"));
    }

    [Fact]
    public async Task A_watcher_sees_nothing_twice_across_a_kill()
    {
        using var data = new DataDirectory();
        await using var first = await GatewayProcess.StartAsync(data);
        await using var watcher = await first.ConnectAsync("bob");
        var log = (await watcher.JoinAsync("lobby")).Text("log");
        await using var sender = await ChatClient.ConnectAsync(first.Json("alice", "rooms=lobby"));
        for (var i = 1; i <= 100; i++) await sender.TellAsync(new { type = "send", room = "lobby", text = $"{i}" });
        var seen = new List<long>();
        while (seen.Count < 30) seen.Add((await watcher.MessageAsync("lobby")).Number("seq"));
        await first.KillAsync();

        await using var second = await GatewayProcess.StartAsync(data);
        await using var again = await second.ConnectAsync("bob");
        var joined = await again.DoAsync(new { type = "join", room = "lobby", since = seen[^1], log });
        Assert.True(joined.Flag("recovered"));
        seen.AddRange(joined.Items("events").Select(message => message.Number("seq")));
        Assert.Equal(Enumerable.Range(1, (int)joined.Number("lastSeq")), seen.Select(seq => (int)seq));
    }
}
