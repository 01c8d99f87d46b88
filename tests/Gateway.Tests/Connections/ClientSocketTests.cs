using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

/// <summary>How a connection ends, whatever it ends with.</summary>
public sealed class ClientSocketTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("draining", "draining")]
    [InlineData("x😀", "x😀")]
    public void A_reason_that_fits_is_sent_as_it_is(string text, string sent) => Assert.Equal(sent, CloseReason.Removed(text).FrameText);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("xy")]
    [InlineData("xyz")]
    public void A_reason_that_is_too_long_is_cut_between_two_characters(string before)
    {
        foreach (var character in new[] { "a", "é", "€", "😀" })
        {
            var text = CloseReason.Removed(before + string.Concat(Enumerable.Repeat(character, 200))).FrameText;
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            Assert.InRange(strict.GetByteCount(text), 124 - strict.GetByteCount(character), 123);
            Assert.StartsWith(before, text, StringComparison.Ordinal);
            Assert.Equal("", text[before.Length..].Replace(character, "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_connection_that_cannot_be_closed_as_it_should_be_is_cut_off_at_once()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptTcpClientAsync();
        var wire = WebSocket.CreateFromStream(server.GetStream(), new WebSocketCreationOptions { IsServer = true });
        using var socket = new ClientSocket(
            wire, wire: null, 1024, 65536, static _ => null, new StoppedClock(), NullLogger.Instance);
        var serving = socket.RunAsync(static _ => ValueTask.CompletedTask);
        // No WebSocket says this one.
        socket.Close(new CloseReason(1006, "gone", Reconnect: false));
        await serving.WaitAsync(Patience.Limit);
        Assert.Equal(WebSocketState.Aborted, wire.State);
    }

    // No time-out ends anything.
    private sealed class StoppedClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
