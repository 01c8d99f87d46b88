using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Grains.Tests.Clocks;

namespace OrleansChat.Gateway.Tests.Connections;

/// <summary>How a gateway lets its clients go, on a clock that the test moves. Everything else is real.</summary>
public sealed class StagesTests : IAsyncLifetime
{
    private const string Room = "lobby";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly List<ChatClient> _clients = [];
    private TestGateway _gateway = null!;

    // No socket of it gives up by itself on who does not close.
    public async ValueTask InitializeAsync() =>
        _gateway = await TestGateway.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new HeldCloses()));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) await client.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task Each_second_a_stage_is_told_and_the_others_chat_on()
    {
        await ConnectAsync(7);
        var drained = Drain(new() { ConnectionsPerSecond = 3 }).DrainAsync();
        await AssertStayingAsync(4);
        await AssertPausingAsync();
        _clock.Advance(Second - TimeSpan.FromMilliseconds(1));
        await AssertStayingAsync(4);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await AssertStayingAsync(1);
        await AssertPausingAsync();
        _clock.Advance(Second);
        await AssertStayingAsync(0);
        await drained.WaitAsync(Patience.Limit);
        foreach (var client in _clients)
        {
            var goodbye = await client.TakeAsync("goodbye");
            Assert.Equal((1001, "draining", true), ((int)goodbye.Number("code"), goodbye.Text("reason"), goodbye.Flag("reconnect")));
            Assert.InRange(goodbye.Number("afterMs"), 0, 999);
        }

        // Each has a moment of its own: seven equal ones would be one case in 10^18.
        Assert.NotEqual(1, _clients.Select(client => client.Of("goodbye").Single().Number("afterMs")).Distinct().Count());
    }

    [Fact]
    public async Task The_rate_is_raised_when_the_time_would_not_suffice()
    {
        await ConnectAsync(8);
        var drained = Drain(new() { ConnectionsPerSecond = 1, MaxSeconds = 3 }).DrainAsync();
        // A third of them, half of the rest, the rest.
        foreach (var staying in new[] { 5, 2, 0 })
        {
            await AssertStayingAsync(staying);
            if (staying == 0) break;
            await AssertPausingAsync();
            _clock.Advance(Second);
        }

        await drained.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Whoever_goes_by_themselves_is_not_waited_for()
    {
        await ConnectAsync(4);
        var drained = Drain(new() { ConnectionsPerSecond = 1 }).DrainAsync();
        await AssertStayingAsync(3);
        foreach (var client in _clients.Where(client => !client.Of("goodbye").Any())) await client.CloseAsync();
        await AssertPausingAsync();
        _clock.Advance(Second);
        await drained.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task During_the_delay_it_is_not_ready_and_serves_whoever_is_sent_all_the_same()
    {
        await ConnectAsync(1);
        var drained = Drain(new() { DelaySeconds = 5 }).DrainAsync();
        using var http = new HttpClient { BaseAddress = _gateway.Http };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/healthz/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz/live")).StatusCode);
        await ConnectAsync(1);
        await AssertStayingAsync(2);
        await AssertPausingAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await AssertStayingAsync(0);
        await drained.WaitAsync(Patience.Limit);
        await AssertRefusedAsync();
    }

    [Fact]
    public async Task Nobody_is_let_in_while_the_later_stages_chat_on()
    {
        await ConnectAsync(2);
        var drained = Drain(new() { ConnectionsPerSecond = 1 }).DrainAsync();
        await AssertStayingAsync(1);
        await AssertRefusedAsync();
        await AssertPausingAsync();
        _clock.Advance(Second);
        await drained.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Whoever_comes_while_the_door_closes_is_refused_or_told_and_nobody_is_forgotten()
    {
        var connecting = Enumerable.Range(0, 200).Select(i => ChatClient.OpenAsync(_gateway.Json($"user{i}", $"rooms={Room}"))).ToList();
        await Task.WhenAny(connecting);
        var drained = Drain(new()).DrainAsync();
        var refused = 0;
        foreach (var attempt in connecting)
        {
            try
            {
                _clients.Add(await attempt);
            }
            catch (WebSocketException)
            {
                refused++;
            }
        }

        foreach (var client in _clients) Assert.Equal(1001, (await client.ClosedAsync()).Code);
        await drained.WaitAsync(Patience.Limit);
        Assert.Equal(200, refused + _clients.Count);
    }

    [Fact]
    public async Task Whoever_does_not_close_is_cut_off_after_five_seconds_and_never_holds_up_a_stage()
    {
        await using var told = await RawSocket.ConnectAsync(_gateway.Json("told"));
        // One that was refused before, and does not close either.
        await using var refused = await RawSocket.ConnectAsync(_gateway.Socket("/ws"));
        Assert.Equal(1008, (await refused.ReadToEndAsync())[^1].Code);
        await told.ReadAsync();
        var drained = Drain(new()).DrainAsync();
        Assert.Equal(1001, (await told.ReadToEndAsync())[^1].Code);
        await Patience.UntilAsync(() => Task.FromResult(_clock.Pending == 1), "it waited for the last closes");
        _clock.Advance(DrainOptions.CloseTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(drained.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await drained.WaitAsync(Patience.Limit);
        Assert.Null(await told.ReadAsync());
        Assert.Null(await refused.ReadAsync());
    }

    [Fact]
    public async Task Who_asks_to_hurry_has_all_told_at_once()
    {
        await ConnectAsync(4);
        var draining = Drain(new() { DelaySeconds = 600, ConnectionsPerSecond = 1, MaxSeconds = 3_600 });
        var drained = draining.DrainAsync();
        Assert.Same(drained, draining.DrainAsync());
        await AssertStayingAsync(4);
        draining.Hurry();
        await AssertStayingAsync(0);
        await drained.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task With_nobody_there_it_ends_at_once()
    {
        var drained = Drain(new() { ConnectionsPerSecond = 1, MaxSeconds = 3_600 }).DrainAsync();
        await drained.WaitAsync(Patience.Limit);
        await AssertRefusedAsync();
    }

    private Draining Drain(DrainOptions options) => new(
        _gateway.Services.GetRequiredService<ConnectionTable>(), Options.Create(options), _clock, NullLogger<Draining>.Instance);

    private async Task ConnectAsync(int count)
    {
        for (var i = 0; i < count; i++) _clients.Add(await _gateway.ConnectToAsync($"user{_clients.Count}", Room));
    }

    /// <summary>All but so many have been told and closed; those talk, and each hears what every other says.</summary>
    private async Task AssertStayingAsync(int count)
    {
        await Patience.UntilAsync(
            () => Task.FromResult(_clients.Count(client => !client.Of("goodbye").Any()) <= count), $"{count} stayed");
        var staying = _clients.Where(client => !client.Of("goodbye").Any()).ToList();
        Assert.Equal(count, staying.Count);
        foreach (var client in _clients.Except(staying)) Assert.Equal(1001, (await client.ClosedAsync()).Code);
        foreach (var client in staying)
        {
            var seq = (await client.SayAsync(Room, "still here")).Number("seq");
            foreach (var other in staying) await other.TakeAsync("message", frame => frame.Number("seq") == seq);
        }
    }

    private Task AssertPausingAsync() =>
        Patience.UntilAsync(() => Task.FromResult(_clock.Pending == 1), "it paused before the next stage");

    private async Task AssertRefusedAsync()
    {
        using var http = new HttpClient { BaseAddress = _gateway.Http };
        using var upgrade = new HttpRequestMessage(HttpMethod.Get, "/ws?user=late");
        upgrade.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        upgrade.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        upgrade.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        upgrade.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.SendAsync(upgrade)).StatusCode);
    }
}
