using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>Frames that are no commands, of somebody who sends very many.</summary>
public sealed class FrameFloodTests
{
    private const int AtOnce = 2_000;
    private const int Frames = AtOnce + 500;

    // What the WebSocket's own buffer holds: no more frames than this are read before the next pause.
    private const int PartFrames = 50;
    private const int PerAnswer = 10;

    public static TheoryData<byte, string> Floods => new()
    {
        { RawSocket.Ping, "/ws?user=mallory" },
        { RawSocket.Pong, "/ws?user=mallory" },
        { RawSocket.Continuation, "/ws?user=mallory" },
        { RawSocket.Ping, "/ws/mallory" },
        { RawSocket.Pong, "/ws/mallory" },
        { RawSocket.Continuation, "/ws/mallory" },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task Who_floods_with_frames_that_are_no_commands_is_read_in_small_parts_and_others_are_served(byte opcode, string path)
    {
        var clock = new HeldClock();
        await using var gateway = await TestGateway.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await using var bob = await gateway.ConnectAsync("bob");
        await using var raw = await RawSocket.ConnectAsync(gateway.Socket(path));
        await raw.ReadAsync();
        clock.Hold();

        var (first, last) = path == "/ws/mallory" ? ("/he", "lp") : ("""{"type":"ping",""", "\"id\":1}");
        await raw.WriteAsync(Flood(opcode, first, last));
        var answers = 0;
        RawFrame? said = null;
        var reading = Task.Run(async () =>
        {
            while ((said = await raw.ReadAsync()) is { Opcode: RawSocket.Pong }) Interlocked.Increment(ref answers);
        });
        var perAnswer = opcode == RawSocket.Ping ? 1 : PerAnswer;
        for (var part = 1; part <= 5; part++)
        {
            var end = await clock.NextAsync();
            await Patience.UntilAsync(
                () => Task.FromResult(Volatile.Read(ref answers) * perAnswer >= AtOnce - PartFrames), "what was read was answered");
            await bob.CatchUpAsync();
            Assert.InRange(Volatile.Read(ref answers) * perAnswer, AtOnce - PartFrames, AtOnce + (part * PartFrames));
            end();
        }

        // And when it is over, what was said in so many parts is taken as it was meant.
        clock.Release();
        await reading.WaitAsync(Patience.Limit);
        Assert.Equal(Frames / perAnswer, answers);
        Assert.Contains(path == "/ws/mallory" ? "what you type" : "\"pong\"", said!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_hurry_is_never_paused_however_few_commands_they_may_send()
    {
        var clock = new HeldClock();
        clock.Hold();
        var pace = new FramePace(new ChatLimits { CommandsPerSecond = 1, CommandBurst = 1 }, clock);
        using var wire = new MemoryStream([.. Enumerable.Repeat(RawSocket.Encode(RawSocket.Ping, []), AtOnce).SelectMany(static frame => frame)]);
        var buffer = new byte[100];
        Assert.Equal(0, await ReadAsync(Memory<byte>.Empty));
        while (await ReadAsync(buffer) > 0)
        {
        }

        Assert.False(clock.IsHeld);

        Task<int> ReadAsync(Memory<byte> into) => pace.ReadAsync(wire, into, CancellationToken.None).AsTask().WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task A_pause_ends_with_the_connection()
    {
        var clock = new HeldClock();
        clock.Hold();
        var pace = new FramePace(new ChatLimits(), clock);
        using var wire = new MemoryStream([.. Enumerable.Repeat(RawSocket.Encode(RawSocket.Ping, []), Frames).SelectMany(static frame => frame)]);
        using var gone = new CancellationTokenSource();
        await pace.ReadAsync(wire, new byte[wire.Length], gone.Token);
        // A read that only waits for more is paused like any other.
        var next = pace.ReadAsync(wire, Memory<byte>.Empty, gone.Token).AsTask();
        await clock.NextAsync();
        Assert.False(next.IsCompleted);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Patience.Limit));
    }

    // A message in many parts, between which anything may stand that is no message. Each tenth is a ping, to be answered.
    private static byte[] Flood(byte opcode, string first, string last)
    {
        var flood = new List<byte>(RawSocket.Encode(RawSocket.Text, Encoding.UTF8.GetBytes(first), final: false));
        for (var i = 1; i <= Frames; i++)
        {
            var next = i % PerAnswer == 0 ? RawSocket.Ping : opcode;
            flood.AddRange(RawSocket.Encode(next, [], final: next != RawSocket.Continuation));
        }

        flood.AddRange(RawSocket.Encode(RawSocket.Continuation, Encoding.UTF8.GetBytes(last)));
        return [.. flood];
    }

    // From Hold on time stands still, and short pauses last until they are let go.
    private sealed class HeldClock : TimeProvider
    {
        private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

        private readonly Lock _lock = new();
        private readonly Queue<Action> _held = [];
        private bool _holds;
        private long _now;

        public bool IsHeld
        {
            get { lock (_lock) return _held.Count > 0; }
        }

        public void Hold()
        {
            lock (_lock) (_holds, _now) = (true, base.GetTimestamp());
        }

        public void Release()
        {
            Action[] held;
            lock (_lock)
            {
                _holds = false;
                held = [.. _held];
                _held.Clear();
            }

            foreach (var end in held) end();
        }

        public async Task<Action> NextAsync()
        {
            Action? next = null;
            await Patience.UntilAsync(() => Task.FromResult(TryTake(out next)), "there was a pause");
            return next!;
        }

        public override long GetTimestamp()
        {
            lock (_lock) return _holds ? _now : base.GetTimestamp();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                if (!_holds || dueTime > Longest || dueTime < TimeSpan.Zero || period != Timeout.InfiniteTimeSpan)
                    return base.CreateTimer(callback, state, dueTime, period);
                _held.Enqueue(() => callback(state));
            }

            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }

        private bool TryTake(out Action? end)
        {
            lock (_lock) return _held.TryDequeue(out end);
        }
    }
}
