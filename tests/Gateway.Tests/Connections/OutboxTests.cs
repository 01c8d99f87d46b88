using System.Text;
using OrleansChat.Gateway.Connections;

namespace OrleansChat.Gateway.Tests.Connections;

public sealed class OutboxTests
{
    private readonly Outbox _outbox = new(maxBytes: 10);

    [Fact]
    public async Task Frames_come_out_in_their_order_and_all_at_once()
    {
        Assert.True(_outbox.TryAdd(Frame("one")));
        Assert.True(_outbox.TryAdd(Frame("two")));
        Assert.Equal(["one", "two"], await TakeAsync());
    }

    [Fact]
    public async Task What_is_being_written_counts_until_it_was()
    {
        Assert.True(_outbox.TryAdd(Frame("1234567890")));
        await TakeAsync();
        Assert.False(_outbox.TryAdd(Frame("1")));
        _outbox.Written(10);
        Assert.True(_outbox.TryAdd(Frame("1234567890")));
        Assert.False(_outbox.TryAdd(Frame("1")));
    }

    [Fact]
    public async Task A_frame_larger_than_the_bound_goes_in_alone_and_what_comes_after_it_has_the_whole_bound()
    {
        Assert.True(_outbox.TryAdd(Frame("far larger than ten")));
        Assert.False(_outbox.TryAdd(Frame("a second such one")));
        Assert.True(_outbox.TryAdd(Frame("12345")));
        Assert.Equal(["far larger than ten", "12345"], await TakeAsync());
        Assert.False(_outbox.TryAdd(Frame("123456")));
        Assert.True(_outbox.TryAdd(Frame("67890")));
        _outbox.Written("far larger than ten12345".Length);
        Assert.False(_outbox.TryAdd(Frame("too large beside another")));
        Assert.True(_outbox.TryAdd(Frame("12345")));
        Assert.False(_outbox.TryAdd(Frame("6")));
        await TakeAsync();
        _outbox.Written(10);
        Assert.True(_outbox.TryAdd(Frame("and so it is again")));
    }

    [Fact]
    public async Task The_last_frame_fits_even_when_nothing_else_does()
    {
        _outbox.TryAdd(Frame("1234567890"));
        Assert.True(_outbox.Complete(Frame("goodbye"), dropWaiting: false));
        Assert.Equal(["1234567890", "goodbye"], await TakeAsync());
        Assert.False(await _outbox.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_slow_consumers_backlog_is_dropped_for_the_goodbye()
    {
        _outbox.TryAdd(Frame("backlog"));
        _outbox.Complete(Frame("goodbye"), dropWaiting: true);
        Assert.Equal(["goodbye"], await TakeAsync());
    }

    [Fact]
    public async Task After_the_end_nothing_goes_in_and_the_first_end_stands()
    {
        Assert.True(_outbox.Complete(Frame("first"), dropWaiting: false));
        Assert.False(_outbox.Complete(Frame("second"), dropWaiting: false));
        Assert.True(_outbox.TryAdd(Frame("too late, and far too long")));
        Assert.Equal(["first"], await TakeAsync());
    }

    [Fact]
    public async Task Whoever_waits_is_woken_by_a_frame()
    {
        var waiting = _outbox.WaitAsync(CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        _outbox.TryAdd(Frame("one"));
        Assert.True(await waiting);
    }

    private static ReadOnlyMemory<byte> Frame(string text) => Encoding.UTF8.GetBytes(text);

    private async Task<string[]> TakeAsync()
    {
        Assert.True(await _outbox.WaitAsync(CancellationToken.None));
        Assert.True(_outbox.TryTakeAll([], out var frames));
        return [.. frames.Select(frame => Encoding.UTF8.GetString(frame.Span))];
    }
}
