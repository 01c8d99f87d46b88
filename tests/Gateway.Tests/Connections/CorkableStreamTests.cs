using System.Text;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Limits;

namespace OrleansChat.Gateway.Tests.Connections;

public sealed class CorkableStreamTests
{
    [Fact]
    public async Task Corked_writes_arrive_together_when_it_is_uncorked()
    {
        using var wire = new MemoryStream();
        await using var stream = Over(wire);
        await stream.CorkAsync(CancellationToken.None);
        await WriteAsync(stream, "one ");
        await stream.FlushAsync();
        await WriteAsync(stream, "two");
        Assert.Equal(0, wire.Length);
        await stream.UncorkAsync(CancellationToken.None);
        Assert.Equal("one two", Encoding.UTF8.GetString(wire.ToArray()));
    }

    [Fact]
    public async Task Writes_go_straight_through_while_it_is_not_corked()
    {
        using var wire = new MemoryStream();
        await using var stream = Over(wire);
        await WriteAsync(stream, "now");
        Assert.Equal("now", Encoding.UTF8.GetString(wire.ToArray()));
    }

    [Fact]
    public async Task A_cork_does_not_gather_without_end()
    {
        using var wire = new MemoryStream();
        await using var stream = Over(wire);
        await stream.CorkAsync(CancellationToken.None);
        for (var i = 0; i < 1000; i++) await stream.WriteAsync(new byte[1024]);
        Assert.InRange(wire.Length, 900 * 1024, 1000 * 1024);
        await stream.UncorkAsync(CancellationToken.None);
        Assert.Equal(1000 * 1024, wire.Length);
    }

    private static CorkableStream Over(Stream wire) => new(wire, new FramePace(new ChatLimits(), TimeProvider.System));

    private static ValueTask WriteAsync(Stream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text));
}
