using System.Text;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Hostile;

/// <summary>
/// Whatever is sent: the process stands, the connection is answered or closed by the table, nobody else notices, and
/// memory does not grow. Alone, because it measures the memory of the process that all tests share.
/// </summary>
[Collection(nameof(Alone))]
public sealed class HostileInputTests : IAsyncLifetime
{
    // Buffers that the runtime keeps, compiled code and the like; one connection kept of each five would be more.
    private const long TolerableGrowth = 4 << 20;
    private static readonly int[] CloseCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1013, 4000];

    private TestGateway? _gateway;
    private ChatClient? _bystander;

    private TestGateway Gateway => _gateway!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await TestGateway.StartAsync();
        _bystander = await Gateway.ConnectToAsync("bystander", "lobby");
    }

    public async ValueTask DisposeAsync()
    {
        await _bystander!.SayAsync("lobby", "still here");
        await _bystander.DisposeAsync();
        Assert.Empty(Gateway.Faults);
        await Gateway.DisposeAsync();
    }

    [Fact]
    public async Task Ten_thousand_frames_of_garbage_are_answered_or_closed_and_leave_nothing_behind()
    {
        var random = new Random(1);
        await AssertNoGrowthAsync(async () =>
        {
            var frames = 0;
            while (frames < 10_000)
            {
                await using var raw = await RawSocket.ConnectAsync(Gateway.Json("mallory"));
                var reading = raw.ReadToEndAsync();
                // Some of them come after the close was decided, as from a client that does not listen.
                for (var i = 0; i < 12; i++, frames++) await SendAsync(raw, Garbage(random));
                await AssertAnsweredAsync(reading);
            }
        });
    }

    [Fact]
    public async Task Garbage_below_the_protocol_closes_the_connection()
    {
        var random = new Random(2);
        for (var i = 0; i < 200; i++)
        {
            // Each as somebody else: one user would have too many connections while the last ones end.
            await using var raw = await RawSocket.ConnectAsync(Gateway.Json($"mallory{i}"));
            Assert.Equal("welcome", FrameFields.Parse((await raw.ReadAsync())!.Text).Type());
            var reading = raw.ReadToEndAsync();
            var bytes = new byte[random.Next(1, 2000)];
            random.NextBytes(bytes);
            await WriteAsync(raw, bytes);
            // What looks like half a frame is waited for; its sender gives up.
            raw.HalfClose();
            var frames = await reading;
            if (frames.LastOrDefault() is { Opcode: RawSocket.Close } last) Assert.Contains(last.Code, CloseCodes);
        }
    }

    [Theory]
    [InlineData(0x83, "reserved opcode")]
    [InlineData(0x8B, "reserved control opcode")]
    [InlineData(0xC1, "reserved bit")]
    [InlineData(0x80, "continuation of nothing")]
    [InlineData(0x09, "ping in parts")]
    public async Task A_frame_that_the_RFC_forbids_is_closed_with_1002(byte first, string what)
    {
        await using var raw = await RawSocket.ConnectAsync(Gateway.Json("mallory"));
        var frame = RawSocket.Encode(RawSocket.Text, "{}"u8);
        frame[0] = first;
        await raw.WriteAsync(frame);
        Assert.True((await raw.ReadToEndAsync())[^1].Code == 1002, what);
    }

    [Theory]
    [InlineData(31, "pong")]
    [InlineData(32, "error")]
    [InlineData(1000, "error")]
    [InlineData(30_000, "error")]
    public async Task Deep_JSON_is_refused_and_costs_no_stack(int depth, string answer)
    {
        await using var client = await Gateway.ConnectAsync("mallory");
        await client.SendAsync($$"""{"type":"ping","x":{{new string('[', depth)}}{{new string(']', depth)}}}""");
        var frame = await client.TakeAsync(answer);
        if (answer == "error") Assert.Equal("bad_json", frame.Text("code"));
        await client.SendAsync($$"""{"type":"ping","x":{{new string('[', depth)}}""");
        Assert.Equal("bad_json", (await client.TakeAsync("error")).Text("code"));
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e-400")]
    [InlineData("123456789012345678901234567890.5e+308")]
    [InlineData("-0")]
    public async Task A_huge_number_is_refused_where_it_counts_and_repeated_where_it_is_an_id(string number)
    {
        await using var client = await Gateway.ConnectAsync("mallory");
        await client.SendAsync($$"""{"type":"ping","id":{{number}}}""");
        Assert.Equal(number, (await client.TakeAsync("pong")).GetProperty("id").GetRawText());
        if (number == "-0") return;
        await client.SendAsync($$"""{"type":"join","room":"lobby","since":{{number}}}""");
        Assert.Equal("since", (await client.TakeAsync("error")).Text("field"));
        await client.SendAsync($$"""{"type":"ping","id":{{new string('9', 60_000)}}}""");
        Assert.Equal("id", (await client.TakeAsync("error")).Text("field"));
    }

    [Fact]
    public async Task Thousands_of_fields_and_duplicates_are_refused_without_delay()
    {
        await using var client = await Gateway.ConnectAsync("mallory");
        var many = string.Join(',', Enumerable.Range(0, 6000).Select(i => $"\"f{i}\":1"));
        await client.SendAsync($$"""{"type":"ping","id":1,{{many}}}""");
        await client.TakeAsync("pong");
        await client.SendAsync($$"""{"type":"ping",{{many}},"f5999":2}""");
        Assert.Equal("bad_json", (await client.TakeAsync("error")).Text("code"));
    }

    [Fact]
    public async Task Text_lines_of_garbage_are_only_text()
    {
        var random = new Random(3);
        await using var raw = await RawSocket.ConnectAsync(Gateway.Socket("/ws/mallory?room=dump"));
        await using var reader = await Gateway.ConnectToAsync("reader", "dump");
        for (var i = 0; i < 300; i++)
        {
            var runes = new StringBuilder();
            for (var n = random.Next(1, 40); n > 0; n--) runes.Append(RandomRune(random));
            await raw.SendAsync(runes.ToString());
        }

        await raw.SendAsync("the end");
        await reader.TakeAsync("message", frame => frame.Text("text") == "the end");
    }

    [Fact]
    public async Task Connections_that_come_and_go_leave_nothing_behind()
    {
        await AssertNoGrowthAsync(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var raw = await RawSocket.ConnectAsync(Gateway.Json($"visitor{i % 50}", "rooms=lobby"));
                await raw.SendAsync("""{"type":"send","room":"lobby","te""");
                if (i % 2 == 0) raw.Reset();
                await raw.DisposeAsync();
            }
        });
        // Whoever was lost is seen to be gone.
        await Patience.UntilAsync(async () => (await _bystander!.JoinAsync("lobby")).Number("online") == 1, "all had gone");
    }

    // Once to warm up what is made once, and then for the count.
    private static async Task AssertNoGrowthAsync(Func<Task> attack)
    {
        await attack();
        var before = Settled();
        await attack();
        await Patience.UntilAsync(() => Task.FromResult(Settled() < before + TolerableGrowth), $"memory was near {before} bytes again");
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task AssertAnsweredAsync(Task<List<RawFrame>> reading)
    {
        var frames = await reading;
        Assert.All(frames.Where(frame => frame.Opcode == RawSocket.Text), frame => FrameFields.Parse(frame.Text));
        // A client that is still sending when the server hangs up may lose the last words, but not be served on.
        if (frames.LastOrDefault() is { Opcode: RawSocket.Close } last) Assert.Contains(last.Code, CloseCodes);
        Assert.InRange(frames.Count, 0, 20);
    }

    private static (byte Opcode, byte[] Payload) Garbage(Random random)
    {
        var noise = new byte[random.Next(0, 3000)];
        random.NextBytes(noise);
        return random.Next(6) switch
        {
            0 => (RawSocket.Text, noise),
            1 => (RawSocket.Binary, noise),
            2 => (RawSocket.Text, Encoding.Latin1.GetBytes(new string('[', random.Next(1, 5000)))),
            3 => (RawSocket.Text, [.. """{"type":"send","room":"lobby","text":"é """u8, 0xE2, 0x82]),
            4 => (RawSocket.Text, Encoding.ASCII.GetBytes($$"""{"type":"join","type":"join","since":{{new string('9', 400)}}}""")),
            _ => (RawSocket.Text, noise.Select(b => (byte)(32 + (b % 95))).ToArray()),
        };
    }

    private static Rune RandomRune(Random random)
    {
        var value = random.Next(1, 0x110000 - 0x800);
        return new Rune(value < 0xD800 ? value : value + 0x800);
    }

    private static Task SendAsync(RawSocket raw, (byte Opcode, byte[] Payload) frame) =>
        WriteAsync(raw, RawSocket.Encode(frame.Opcode, frame.Payload));

    private static async Task WriteAsync(RawSocket raw, byte[] bytes)
    {
        try
        {
            await raw.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // It has hung up, as it may.
        }
    }
}
