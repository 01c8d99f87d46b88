using System.Text.Json;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Resuming;

public sealed class ResumeTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    private static IEnumerable<long> Seqs(JsonElement joined) => joined.Items("events").Select(message => message.Number("seq"));

    [Fact]
    public async Task A_client_that_comes_back_gets_exactly_what_it_missed()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        string log;
        await using (var before = await _gateway.ConnectAsync(alice))
        {
            log = (await before.JoinAsync(room)).Text("log");
            for (var i = 1; i <= 3; i++) await bob.SayAsync(room, $"{i}");
            await before.TakeAsync("message", frame => frame.Number("seq") == 3);
        }

        for (var i = 4; i <= 8; i++) await bob.SayAsync(room, $"{i}");
        await bob.TakeAsync("message", frame => frame.Number("seq") == 8);
        await using var again = await _gateway.ConnectAsync(alice);
        var joined = await again.DoAsync(new { type = "join", room, since = 3, log });
        Assert.True(joined.Flag("recovered"));
        Assert.Equal([4, 5, 6, 7, 8], Seqs(joined));
        Assert.Equal(8, joined.Number("lastSeq"));
        // What is replayed is what others saw live.
        Assert.Equal(
            bob.Of("message").Skip(3).Select(message => message.GetRawText()),
            joined.Items("events").Select(message => message.GetRawText()));
        await bob.SayAsync(room, "9");
        Assert.Equal(9, (await again.MessageAsync(room)).Number("seq"));
    }

    /// <summary>As it is for a moment after a room has moved: its old activation answers, and knows less than the client.</summary>
    [Fact]
    public async Task A_client_that_has_more_than_the_room_admits_to_is_believed_if_the_table_bears_it_out()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var client = await _gateway.ConnectToAsync(alice, room);
        await client.SayAsync(room, "1");
        Assert.Equal(1, (await client.MessageAsync(room)).Number("seq"));
        using (var database = _gateway.OpenDatabase())
        {
            using var command = database.CreateCommand();
            command.CommandText =
                """
                INSERT INTO events (room, seq, kind, epoch, sender, at, text)
                SELECT room, 2, kind, epoch, sender, at, 'said to another activation' FROM events WHERE room = $room;
                UPDATE rooms SET last_seq = 2, epoch = epoch + 1 WHERE room = $room
                """;
            command.Parameters.AddWithValue("$room", room);
            Assert.Equal(2, command.ExecuteNonQuery());
        }

        await using var ahead = await _gateway.ConnectAsync(alice);
        var joined = await ahead.DoAsync(new { type = "join", room, since = 2 });
        Assert.True(joined.Flag("recovered"));
        Assert.Equal(2, joined.Number("lastSeq"));
        Assert.Empty(joined.Items("events"));
        // And who was there before has it too.
        Assert.Equal("said to another activation", (await client.MessageAsync(room)).Text("text"));
    }

    [Fact]
    public async Task Since_decides_what_is_recovered()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        for (var i = 1; i <= 5; i++) await client.SayAsync(room, $"{i}");
        await using var other = await _gateway.ConnectAsync(Names.New("bob"));
        var log = (await other.JoinAsync(room)).Text("log");

        await AssertAsync(new { type = "join", room, since = 0 }, recovered: true, 1, 2, 3, 4, 5);
        await AssertAsync(new { type = "join", room, since = 4, log }, recovered: true, 5);
        // Nothing was missed, and that is known.
        await AssertAsync(new { type = "join", room, since = 5, log }, recovered: true);
        // Beyond the newest; of another log; and not asked for.
        await AssertAsync(new { type = "join", room, since = 6, log }, recovered: false);
        await AssertAsync(new { type = "join", room, since = 9007199254740991 }, recovered: false);
        await AssertAsync(new { type = "join", room, since = 3, log = "another" }, recovered: false);
        await AssertAsync(new { type = "join", room, log }, recovered: false);

        async Task AssertAsync(object join, bool recovered, params long[] events)
        {
            var joined = await other.DoAsync(join);
            Assert.Equal(recovered, joined.Flag("recovered"));
            Assert.Equal(events, Seqs(joined));
            Assert.Equal((5, log), (joined.Number("lastSeq"), joined.Text("log")));
        }
    }

    [Fact]
    public async Task A_second_join_on_one_connection_repeats_nothing_live()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.SayAsync(room, "one");
        for (var i = 0; i < 3; i++) await client.DoAsync(new { type = "join", room, since = 1 });
        await client.SayAsync(room, "two");
        await client.TakeAsync("message", frame => frame.Number("seq") == 2);
        await client.CatchUpAsync();
        Assert.Equal([1, 2], client.Of("message").Select(message => message.Number("seq")));
    }

    [Fact]
    public async Task Too_many_to_replay_are_not_replayed_in_part()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:ReplayEvents=10");
        await using var client = await gateway.ConnectToAsync("alice", "lobby");
        for (var i = 1; i <= 30; i++) await client.SayAsync("lobby", $"{i}");
        await using var bob = await gateway.ConnectAsync("bob");
        var within = await bob.DoAsync(new { type = "join", room = "lobby", since = 20 });
        Assert.True(within.Flag("recovered"));
        Assert.Equal(10, within.Items("events").Length);
        var beyond = await bob.DoAsync(new { type = "join", room = "lobby", since = 19 });
        Assert.False(beyond.Flag("recovered"));
        Assert.Empty(beyond.Items("events"));
        Assert.Equal(30, beyond.Number("lastSeq"));
        // What it then reads from history meets what comes live.
        var history = await bob.DoAsync(new { type = "history", room = "lobby", after = 19 });
        await client.SayAsync("lobby", "31");
        Assert.Equal(
            Enumerable.Range(20, 12),
            history.Items("messages").Append(await bob.MessageAsync("lobby")).Select(message => (int)message.Number("seq")));
    }

    [Fact]
    public async Task More_bytes_than_a_client_could_take_are_not_replayed()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:OutboxBytes=65536");
        await using var client = await gateway.ConnectToAsync("alice", "lobby");
        for (var i = 1; i <= 20; i++)
        {
            await client.SayAsync("lobby", new string('x', 8000));
            // More of them than eight at once would be too much for the sender, too.
            await client.MessageAsync("lobby");
        }

        await using var bob = await gateway.ConnectAsync("bob");
        Assert.False((await bob.DoAsync(new { type = "join", room = "lobby", since = 0 })).Flag("recovered"));
        var recovered = await bob.DoAsync(new { type = "join", room = "lobby", since = 18 });
        Assert.Equal([19, 20], Seqs(recovered));
    }

    [Fact]
    public async Task Events_that_nobody_here_has_followed_are_read_from_the_store()
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.Unhurried);
        const int Count = 1500;
        // Sent without anybody following, and more than is kept in memory.
        await using var sender = await gateway.ConnectAsync("alice");
        await sender.TellAsync(new { type = "create", room = "lobby", kind = "public" });
        for (var i = 1; i < Count; i++) await sender.TellAsync(new { type = "send", room = "lobby", text = $"{i}" });
        await sender.SayAsync("lobby", $"{Count}");
        await using var bob = await gateway.ConnectAsync("bob");
        var joined = await bob.DoAsync(new { type = "join", room = "lobby", since = Count - 1000 });
        Assert.True(joined.Flag("recovered"));
        Assert.Equal(Enumerable.Range(Count - 999, 1000), joined.Items("events").Select(message => (int)message.Number("seq")));
        Assert.All(joined.Items("events"), message => Assert.Equal($"{message.Number("seq")}", message.Text("text")));
    }
}
