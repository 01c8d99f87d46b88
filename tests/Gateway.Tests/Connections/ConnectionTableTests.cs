using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Gateway.Tests.Connections;

/// <summary>A table with one socket in it, whose other side never says a word. Time passes only as the test wants.</summary>
public sealed class ConnectionTableTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private readonly ConnectionTable _table = new();
    private readonly TcpClient _silent = new();
    private TcpClient _accepted = null!;
    private ClientSocket _socket = null!;

    public async ValueTask InitializeAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await _silent.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        _accepted = await listener.AcceptTcpClientAsync();
        var webSocket = WebSocket.CreateFromStream(_accepted.GetStream(), new WebSocketCreationOptions { IsServer = true });
        _socket = new ClientSocket(webSocket, wire: null, 65_536, 65_536, _ => null, _clock, NullLogger.Instance);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _accepted.Dispose();
        _silent.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Who_was_on_the_way_in_when_the_door_closed_is_waited_for_and_not_cut_off_as_soon_as_the_others_are_gone()
    {
        Assert.True(_table.TryPass());
        Assert.True(_table.TryPass());
        var drained = new Draining(_table, Options.Create(new DrainOptions()), _clock, NullLogger<Draining>.Instance).DrainAsync();
        Assert.False(_table.TryPass());
        await Patience.UntilAsync(() => Task.FromResult(_clock.Pending == 1), "it waited for both");
        _table.GoOut();
        Assert.False(_table.EmptyAsync().IsCompleted);
        var told = new TaskCompletionSource();
        var serving = _table.HoldAsync(_socket, () => told.Task);
        Assert.False(drained.IsCompleted);
        told.SetResult();
        await serving;
        _table.GoOut();
        await drained.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Who_was_being_upgraded_when_the_door_closed_is_told_at_once()
    {
        _table.BeginDraining();
        Assert.Equal((true, false), (_table.IsDraining, _table.IsClosed));
        _table.CloseDoor();
        Assert.True(_socket.IsOpen);
        await _table.HoldAsync(_socket, () =>
        {
            Assert.False(_socket.IsOpen);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Who_does_not_close_is_cut_off_when_the_time_for_it_is_over()
    {
        Assert.True(_table.TryPass());
        var serving = _table.HoldAsync(_socket, () => _socket.RunAsync(_ => ValueTask.CompletedTask));
        var drained = new Draining(_table, Options.Create(new DrainOptions()), _clock, NullLogger<Draining>.Instance).DrainAsync();
        // The socket's own patience, and that of the drain.
        await Patience.UntilAsync(() => Task.FromResult(_clock.Pending == 2), "it waited for the close");
        _clock.Advance(DrainOptions.CloseTimeout - TimeSpan.FromMilliseconds(1));
        Assert.Equal((2, false), (_clock.Pending, serving.IsCompleted));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await serving.WaitAsync(Patience.Limit);
        _table.GoOut();
        await drained.WaitAsync(Patience.Limit);
    }
}
