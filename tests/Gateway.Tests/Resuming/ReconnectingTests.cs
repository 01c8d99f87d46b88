using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Resuming;

/// <summary>
/// The invariant: however often a client goes and comes back while somebody is sending all the time, what it was
/// replayed and what it saw live, one after the other, is the room's log.
/// </summary>
public sealed class ReconnectingTests
{
    private const string Room = "lobby";
    private const int Rounds = 120;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Resuming_while_a_sender_is_sending_leaves_no_hole_and_no_repeat(int seed)
    {
        await using var gateway = await StartAsync();
        using var enough = new CancellationTokenSource();
        var sending = SendAsync(gateway, enough.Token);
        var reader = new Reader(gateway, new Random(seed));
        for (var round = 0; round < Rounds; round++) await reader.RoundAsync();
        await enough.CancelAsync();
        var sent = await sending;
        await reader.FinishAsync(sent);
        Assert.Equal(Enumerable.Range(1, sent).Select(i => $"{i}"), reader.Texts);
        Assert.True(sent > Rounds, $"only {sent} were sent in {Rounds} rounds");
    }

    [Fact]
    public async Task Resuming_a_room_that_nobody_followed_meanwhile_leaves_no_hole_either()
    {
        await using var gateway = await StartAsync();
        using var enough = new CancellationTokenSource();
        // The room is followed anew with each round, and goes on while its log is read.
        var sending = SendAsync(gateway, enough.Token, follows: false);
        var reader = new Reader(gateway, new Random(3));
        for (var round = 0; round < Rounds; round++) await reader.RoundAsync();
        await enough.CancelAsync();
        var sent = await sending;
        await reader.FinishAsync(sent);
        Assert.Equal(Enumerable.Range(1, sent).Select(i => $"{i}"), reader.Texts);
    }

    [Fact]
    public async Task Several_clients_that_come_and_go_all_see_the_same_log()
    {
        await using var gateway = await StartAsync();
        using var enough = new CancellationTokenSource();
        var sending = SendAsync(gateway, enough.Token);
        var readers = Enumerable.Range(10, 4).Select(seed => new Reader(gateway, new Random(seed))).ToArray();
        await Task.WhenAll(readers.Select(async reader =>
        {
            for (var round = 0; round < Rounds / 2; round++) await reader.RoundAsync();
        }));
        await enough.CancelAsync();
        var sent = await sending;
        foreach (var reader in readers)
        {
            await reader.FinishAsync(sent);
            Assert.Equal(Enumerable.Range(1, sent).Select(i => $"{i}"), reader.Texts);
        }
    }

    private static Task<TestGateway> StartAsync() => TestGateway.StartAsync(
        // However long a slow machine keeps a reader away, what it has missed is replayed.
        [.. TestGateway.Unhurried, "Chat:Limits:ReplayEvents=100000", "Chat:Limits:OutboxBytes=1073741824", "Chat:Limits:ConnectionsPerUser=1000"]);

    // Always about to send, with a few on their way at any time.
    private static async Task<int> SendAsync(TestGateway gateway, CancellationToken enough, bool follows = true)
    {
        await using (var member = await gateway.ConnectAsync("sender")) await member.DoAsync(new { type = "join", room = Room });
        await using var sender = await gateway.ConnectAsync("sender");
        if (follows) await sender.DoAsync(new { type = "join", room = Room });
        var sent = 0;
        var onTheirWay = new Queue<long>();
        while (!enough.IsCancellationRequested)
        {
            onTheirWay.Enqueue(await sender.PostAsync(new { type = "send", room = Room, text = $"{++sent}" }));
            if (onTheirWay.Count > 4) Assert.Equal("ack", (await sender.ReplyAsync(onTheirWay.Dequeue())).Type());
        }

        while (onTheirWay.TryDequeue(out var id)) Assert.Equal("ack", (await sender.ReplyAsync(id)).Type());
        return sent;
    }

    private sealed class Reader(TestGateway gateway, Random random)
    {
        private readonly string _user = Names.New("reader");
        private long _last;
        private string? _log;

        public List<string> Texts { get; } = [];

        /// <summary>Comes back, reads on for a while, and is gone in one way or another.</summary>
        public async Task RoundAsync()
        {
            var live = random.Next(8);
            await using var client = await JoinAsync();
            for (var i = 0; i < live; i++) Take(await client.MessageAsync(Room));
            if (random.Next(2) == 0) client.Abort();
            else if (random.Next(2) == 0) await client.CloseAsync();
        }

        public async Task FinishAsync(int sent)
        {
            await using var client = await JoinAsync();
            while (_last < sent) Take(await client.MessageAsync(Room));
            await client.CatchUpAsync();
            Assert.Equal(_last, client.Of("message").Select(message => message.Number("seq")).DefaultIfEmpty(_last).Last());
        }

        private async Task<ChatClient> JoinAsync()
        {
            var client = await gateway.ConnectAsync(_user);
            var joined = await client.DoAsync(new { type = "join", room = Room, since = _last, log = _log });
            Assert.True(joined.Flag("recovered"));
            _log ??= joined.Text("log");
            foreach (var message in joined.Items("events")) Take(message);
            Assert.Equal(joined.Number("lastSeq"), _last);
            return client;
        }

        private void Take(System.Text.Json.JsonElement message)
        {
            Assert.Equal(++_last, message.Number("seq"));
            Texts.Add(message.Text("text"));
        }
    }
}
