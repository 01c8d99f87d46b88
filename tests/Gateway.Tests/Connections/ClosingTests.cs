using System.Text;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

/// <summary>Each row of the protocol's table of close codes that needs no settings of its own.</summary>
public sealed class ClosingTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    private static byte[] NotUtf8 => [0x7B, 0xC3, 0x28, 0x7D];

    [Fact]
    public async Task A_client_that_closes_is_closed_normally()
    {
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        Assert.Equal(1000, (await client.CloseAsync()).Code);
        Assert.Empty(client.Of("goodbye"));
    }

    [Fact]
    public async Task What_was_asked_for_before_the_close_is_done()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        for (var i = 1; i <= 50; i++) await client.TellAsync(new { type = "send", room, text = $"{i}" });
        await client.CloseAsync();
        for (var i = 1; i <= 50; i++) Assert.Equal($"{i}", (await bob.MessageAsync(room)).Text("text"));
    }

    [Fact]
    public async Task The_last_words_are_never_lost_on_their_way()
    {
        var burst = Enumerable.Range(0, 400)
            .SelectMany(i => RawSocket.Encode(RawSocket.Text, Encoding.ASCII.GetBytes($$"""{"type":"ping","id":{{i}}}""")))
            .Concat(RawSocket.Encode(RawSocket.Close, [0x03, 0xE8]))
            .ToArray();
        for (var round = 0; round < 50; round++)
        {
            // All at once: what was asked, and the close.
            await using var asker = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
            await asker.WriteAsync(burst);
            var frames = await asker.ReadToEndAsync();
            Assert.Equal(402, frames.Count);
            Assert.Equal(1000, frames[^1].Code);

            await using var violator = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
            await violator.SendAsync(RawSocket.Text, NotUtf8);
            Assert.Equal(1007, (await violator.ReadToEndAsync())[^1].Code);
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[0])]
    public async Task A_binary_frame_closes_with_1003(byte[] payload)
    {
        await using var raw = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
        await raw.SendAsync(RawSocket.Binary, payload);
        await AssertGoodbyeAsync(raw, 1003, reconnect: false);
    }

    [Fact]
    public async Task A_frame_that_is_not_UTF_8_closes_with_1007()
    {
        await using var raw = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
        await raw.SendAsync(RawSocket.Text, NotUtf8);
        Assert.Equal(1007, (await raw.ReadToEndAsync())[^1].Code);
    }

    [Fact]
    public async Task A_frame_that_ends_within_a_character_closes_with_1007()
    {
        await using var raw = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
        await raw.SendAsync(RawSocket.Text, Encoding.UTF8.GetBytes("""{"type":"ping","id":"é"}""").AsSpan()[..^3]);
        Assert.Equal(1007, (await raw.ReadToEndAsync())[^1].Code);
    }

    [Fact]
    public async Task A_character_may_be_split_between_the_parts_of_a_frame()
    {
        await using var raw = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
        await raw.ReadAsync();
        var bytes = Encoding.UTF8.GetBytes("""{"type":"ping","id":"小明"}""");
        await raw.SendAsync(RawSocket.Text, [], final: false);
        for (var i = 0; i < bytes.Length; i++)
        {
            await raw.SendAsync(RawSocket.Continuation, bytes.AsSpan(i, 1), final: i == bytes.Length - 1);
            // A ping may come between the parts, and is answered with its own payload.
            if (i == 5) await raw.SendAsync(RawSocket.Ping, [42]);
        }

        var answers = new[] { (await raw.ReadAsync())!, (await raw.ReadAsync())! };
        Assert.Equal([42], answers.Single(frame => frame.Opcode == RawSocket.Pong).Payload);
        Assert.Equal("""{"type":"pong","id":"小明"}""", answers.Single(frame => frame.Opcode == RawSocket.Text).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("user=")]
    [InlineData("user=a%20b")]
    [InlineData("user=dm:a:b")]
    [InlineData("user=a&user=b")]
    [InlineData("user=alice&name=%00")]
    [InlineData("user=%F0%9F%98%80")]
    [InlineData("user=%ff%fe")]
    public async Task Whoever_does_not_say_who_they_are_is_closed_with_1008(string query)
    {
        await using var raw = await RawSocket.ConnectAsync(_gateway.Socket($"/ws?{query}"));
        await AssertGoodbyeAsync(raw, 1008, reconnect: false, welcome: false, error: "unauthorized");
    }

    [Fact]
    public async Task Ten_malformed_frames_close_with_1008()
    {
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        for (var i = 0; i < 9; i++)
        {
            await client.SendAsync("{");
            await client.TakeAsync("error");
        }

        // Other mistakes do not count, and nine are not ten.
        for (var i = 0; i < 20; i++) await client.RefusedAsync(new { type = "dance" }, "unknown_type");
        await client.SendAsync("{");
        await client.TakeAsync("error");
        var goodbye = await client.TakeAsync("goodbye");
        Assert.Equal((1008, false), ((int)goodbye.Number("code"), goodbye.Flag("reconnect")));
        Assert.Equal(1008, (await client.ClosedAsync()).Code);
    }

    [Fact]
    public async Task A_frame_as_large_as_the_limit_is_taken_and_a_larger_one_closes_with_1009()
    {
        const string Start = """{"type":"ping","pad":" """;
        await using var raw = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
        await raw.ReadAsync();
        await raw.SendAsync(Start + new string('x', 65536 - Start.Length - 2) + "\"}");
        Assert.Equal("""{"type":"pong"}""", (await raw.ReadAsync())!.Text);
        await raw.SendAsync(Start + new string('x', 65536 - Start.Length - 1) + "\"}");
        await AssertGoodbyeAsync(raw, 1009, reconnect: false, welcome: false);
    }

    [Fact]
    public async Task A_frame_in_parts_is_measured_as_a_whole()
    {
        await using var raw = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
        await raw.SendAsync(RawSocket.Text, [], final: false);
        // The last part never comes: the limit does not wait for it.
        for (var i = 0; i < 65; i++) await raw.SendAsync(RawSocket.Continuation, new byte[1024].Select(_ => (byte)'x').ToArray(), final: false);
        await AssertGoodbyeAsync(raw, 1009, reconnect: false);
    }

    [Fact]
    public async Task A_frame_that_announces_more_than_there_is_memory_is_closed_with_1009_all_the_same()
    {
        await using var raw = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice")));
        // A length of 2^62, and then whatever there is time for.
        await raw.WriteAsync(new byte[] { 0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 });
        for (var i = 0; i < 65; i++) await raw.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 1024)));
        await AssertGoodbyeAsync(raw, 1009, reconnect: false);
    }

    [Fact]
    public async Task One_connection_too_many_of_a_user_is_closed_with_1008_and_the_others_stay()
    {
        var alice = Names.New("alice");
        var clients = new List<ChatClient>();
        for (var i = 0; i < 16; i++) clients.Add(await _gateway.ConnectAsync(alice));
        await using (var refused = await ChatClient.OpenAsync(_gateway.Json(alice)))
        {
            var goodbye = await refused.TakeAsync("goodbye");
            Assert.Equal((1008, false), ((int)goodbye.Number("code"), goodbye.Flag("reconnect")));
            Assert.Contains("16", goodbye.Text("reason"), StringComparison.Ordinal);
            Assert.Equal("rate_limited", goodbye.Text("error"));
            Assert.Equal(1008, (await refused.ClosedAsync()).Code);
        }

        // As soon as one has gone there is room for another.
        await clients[0].CloseAsync();
        await Patience.UntilAsync(
            async () =>
            {
                await using var again = await ChatClient.OpenAsync(_gateway.Json(alice));
                return (await Task.WhenAny(again.TakeAsync("welcome"), again.TakeAsync("goodbye"))).IsCompletedSuccessfully
                    && again.Frames[0].Is("welcome");
            },
            "there was room again");
        foreach (var client in clients.Skip(1)) await client.CatchUpAsync();
        foreach (var client in clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_carried_out_after_the_goodbye()
    {
        var room = Names.New("lobby");
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await using var raw = await RawSocket.ConnectAsync(_gateway.Json(Names.New("alice"), $"rooms={room}"));
        await raw.SendAsync(RawSocket.Binary, [1]);
        await raw.SendAsync($$"""{"type":"send","room":"{{room}}","text":"too late"}""");
        await AssertGoodbyeAsync(raw, 1003, reconnect: false);
        // When it has ended, all that was sent was read.
        await raw.EndAsync();
        await bob.SayAsync(room, "next");
        Assert.Equal("next", (await bob.MessageAsync(room)).Text("text"));
    }

    // The goodbye is the last frame, says the same as the close, and nothing comes after it.
    private static async Task AssertGoodbyeAsync(RawSocket raw, int code, bool reconnect, bool welcome = true, string? error = null)
    {
        var frames = await raw.ReadToEndAsync();
        if (welcome) Assert.Equal("welcome", FrameFields.Parse(frames[0].Text).Type());
        var goodbye = FrameFields.Parse(frames[^2].Text);
        string[] refused = error is null ? [] : ["error"];
        Assert.Equal(["type", "code", "reason", .. refused, "reconnect", "afterMs"], goodbye.Names());
        if (error is not null) Assert.Equal(error, goodbye.Text("error"));
        Assert.Equal(("goodbye", code, reconnect), (goodbye.Type(), (int)goodbye.Number("code"), goodbye.Flag("reconnect")));
        Assert.NotEmpty(goodbye.Text("reason"));
        Assert.Equal(code, frames[^1].Code);
        Assert.Equal(goodbye.Text("reason"), Encoding.UTF8.GetString(frames[^1].Payload.AsSpan(2)));
    }
}
