using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansChat.Gateways;
using OrleansChat.Grains.Rooms;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Storage;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public sealed class RouteTableTests : IAsyncLifetime
{
    private readonly SqliteTempStore _temp = new();
    private readonly ManualClock _clock = new();
    private readonly Turns _turns = new();
    private readonly RenewalNumbers _numbers = new();
    private RoomHead _head = null!;
    private RoomLog _log = null!;
    private RouteTable _routes = null!;

    public async ValueTask InitializeAsync()
    {
        _head = await _temp.CreateAsync("lobby");
        _log = new RoomLog(_temp.Rooms, _clock, _head, () => _routes.KickAll(), _ => { });
        _routes = new RouteTable(_head, "silo", _log, _clock, NullLogger.Instance);
    }

    public ValueTask DisposeAsync()
    {
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_route_carries_every_event_once_in_order_one_batch_at_a_time()
    {
        var gateway = new FakeGateway();
        await RenewAsync(gateway, "r1", cursor: 0);
        for (var i = 0; i < 50; i++) await SendAsync(10);
        await ArrivedAsync(gateway, 500);
        Assert.Equal(await _temp.LogAsync("lobby"), gateway.Events);
        Assert.Equal(1, gateway.MostUnderWay);
        Assert.All(gateway.Batches, b => Assert.Equal(("r1", "lobby", "log-of-lobby", 1L), (b.Route, b.Room, b.Log, b.Epoch)));
        Assert.All(gateway.Batches.Where(b => b.Events.Length > 0), b => Assert.Equal(b.Events[^1].Seq, b.LastSeq));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(20, 0)]
    [InlineData(15, 5)]
    [InlineData(0, 20)]
    public async Task A_route_begins_after_its_gateways_cursor(long cursor, int events)
    {
        await SendAsync(20);
        var gateway = new FakeGateway();
        var status = await RenewAsync(gateway, "r1", cursor);
        Assert.Equal((false, 20), (status.Known, status.LastSeq));
        await SendAsync(1);
        await ArrivedAsync(gateway, events + 1);
        Assert.Equal(Enumerable.Range(21 - events, events + 1).Select(i => (long)i), gateway.Events.Select(e => e.Seq));
    }

    [Fact]
    public async Task A_lane_stuck_for_longer_than_recent_events_are_kept_says_where_the_room_is()
    {
        var stuck = new TaskCompletionSource<bool>();
        var gateway = new FakeGateway { Answer = () => stuck.Task };
        var other = new FakeGateway();
        await RenewAsync(gateway, "r1", cursor: 0);
        await RenewAsync(other, "r2", cursor: 0);
        await SendAsync(1);
        await Eventually.TrueAsync(() => gateway.Batches.Length == 1, "the first batch arrives");
        for (var i = 0; i < 6; i++) await SendAsync(200);
        await ArrivedAsync(other, 1_201);

        gateway.Answer = static () => Task.FromResult(true);
        stuck.SetResult(true);
        await Eventually.TrueAsync(() => gateway.Batches.Length == 2, "the next batch arrives");
        var overflow = gateway.Batches[1];
        Assert.Empty(overflow.Events);
        Assert.Equal(1_201, overflow.LastSeq);

        // What it was not told it can pull; what comes next it is told.
        await SendAsync(1);
        await ArrivedAsync(gateway, 2);
        Assert.Equal(1_202, gateway.Events[^1].Seq);
        Assert.Equal(1_200, (await _temp.Reader.ReadAfterAsync("lobby", 1, 5_000)).Events.Length - 1);
    }

    [Fact]
    public async Task A_batch_that_failed_is_sent_again_after_growing_pauses()
    {
        var gateway = new FakeGateway { Answer = FakeGateway.Throw };
        await RenewAsync(gateway, "r1", cursor: 0);
        await SendAsync(3);
        foreach (var (attempts, pause) in new[] { (1, 0.25), (2, 0.5), (3, 1), (4, 2), (5, 4), (6, 5), (7, 5) })
        {
            await Eventually.TrueAsync(() => gateway.Batches.Length == attempts, $"attempt {attempts} is made");
            // The pause begins when the failure has been noticed, on the room's turn.
            await Eventually.TrueAsync(() => _clock.Pending > 0, "the room pauses");
            _clock.Advance(TimeSpan.FromSeconds(pause * 0.99));
            await _turns.RunAsync(() => { });
            Assert.Equal(attempts, gateway.Batches.Length);
            if (attempts == 7) gateway.Answer = static () => Task.FromResult(true);
            _clock.Advance(TimeSpan.FromSeconds(pause * 0.02));
        }

        await Eventually.TrueAsync(() => gateway.Batches.Length == 8, "the last attempt is made");
        await SendAsync(1);
        await Eventually.TrueAsync(() => gateway.Batches.Length == 9, "the next event comes");
        Assert.All(gateway.Batches.Take(8), b => Assert.Equal([1L, 2, 3], b.Events.Select(e => e.Seq)));
        Assert.Equal([4L], gateway.Batches[8].Events.Select(e => e.Seq));
    }

    [Fact]
    public async Task A_gateway_that_never_answers_delays_nobody_else()
    {
        var dead = new FakeGateway { Answer = FakeGateway.Never };
        var broken = new FakeGateway { Answer = FakeGateway.Throw };
        var alive = new FakeGateway();
        await RenewAsync(dead, "r1", cursor: 0, full: true, "dave");
        await RenewAsync(broken, "r2", cursor: 0, full: true, "bob");
        await RenewAsync(alive, "r3", cursor: 0, full: true, "alice");
        for (var i = 0; i < 30; i++) await SendAsync(10);
        await ArrivedAsync(alive, 300);
        Assert.Equal(await _temp.LogAsync("lobby"), alive.Events);
        Assert.Single(dead.Batches);
    }

    [Fact]
    public async Task A_gateway_that_does_not_know_the_route_is_told_nothing_more_and_is_dropped()
    {
        var gateway = new FakeGateway { Answer = static () => Task.FromResult(false) };
        var other = new FakeGateway();
        await RenewAsync(gateway, "r1", cursor: 0, full: true, "alice");
        await RenewAsync(other, "r2", cursor: 0, full: true, "bob");
        await SendAsync(1);
        await ArrivedAsync(other, 1);
        await Eventually.TrueAsync(() => gateway.Batches.Length == 1, "it is told once");
        var carried = Array.Empty<string>();
        await Eventually.TrueAsync(
            async () =>
            {
                await _turns.RunAsync(() => carried = [.. _routes.Carry().Routes.Select(route => route.Id)]);
                return carried.Length == 1;
            },
            "one route would go along to another silo");
        Assert.Equal(["r2"], carried);
        await Eventually.TrueAsync(
            async () =>
            {
                await _turns.RunAsync(_routes.DropExpired);
                return !_routes.IsOnline("alice");
            },
            "the users of the route are offline");
        Assert.True(_routes.IsOnline("bob"));
        await SendAsync(1);
        await ArrivedAsync(other, 2);
        Assert.Single(gateway.Batches);
    }

    [Fact]
    public async Task A_route_that_nobody_renews_is_dropped_after_its_lease_and_its_users_go_offline()
    {
        var silent = new FakeGateway();
        var renewing = new FakeGateway();
        await RenewAsync(silent, "r1", cursor: 0, full: true, "alice", "both");
        await RenewAsync(renewing, "r2", cursor: 0, full: true, "bob", "both");
        await AnnouncedAsync(renewing, 1);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await RenewAsync(renewing, "r2", cursor: 0, full: false);
        _clock.Advance(TimeSpan.FromSeconds(9.5));
        await _turns.RunAsync(_routes.DropExpired);
        Assert.True(_routes.IsOnline("alice"));
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        await _turns.RunAsync(_routes.DropExpired);
        Assert.False(_routes.IsOnline("alice"));
        Assert.True(_routes.IsOnline("both"));
        Assert.Equal(2, _routes.Online);

        await AnnouncedAsync(renewing, 2);
        Assert.Equal(["alice"], renewing.Presence[^1].Left);
        Assert.False((await RenewAsync(silent, "r1", cursor: 0, full: false)).Known);
    }

    [Fact]
    public async Task Whoever_comes_and_goes_within_a_quarter_of_a_second_is_told_of_at_once()
    {
        var gateway = new FakeGateway();
        for (var i = 0; i < 40; i++)
        {
            await RenewAsync(gateway, "r1", cursor: 0, full: true, [.. Enumerable.Range(0, 40).Where(user => user != i).Select(user => $"user{user:00}")]);
            if (i < 39) _clock.Advance(RoomRules.PresenceInterval / 40);
        }

        await AnnouncedAsync(gateway, 1);
        Assert.Equal((1L, 39, 39, 0), (gateway.Presence[0].Version, gateway.Presence[0].Online, gateway.Presence[0].Joined.Length, gateway.Presence[0].Left.Length));
        await RenewAsync(gateway, "r1", cursor: 0, full: true, "user00");
        await AnnouncedAsync(gateway, 2);
        Assert.Equal((2L, 1, 38), (gateway.Presence[1].Version, gateway.Presence[1].Online, gateway.Presence[1].Left.Length));
    }

    [Fact]
    public async Task Signals_that_a_stuck_lane_cannot_hold_are_dropped_oldest_first()
    {
        var stuck = new TaskCompletionSource<bool>();
        var gateway = new FakeGateway { Answer = () => stuck.Task };
        await RenewAsync(gateway, "r1", cursor: 0);
        await SendAsync(1);
        await Eventually.TrueAsync(() => gateway.Batches.Length == 1, "the first batch arrives");
        await _turns.RunAsync(() =>
        {
            for (var i = 1; i <= 300; i++) _routes.SignalAll(new ReadSignal("alice", i, OwnOnly: false));
        });
        gateway.Answer = static () => Task.FromResult(true);
        stuck.SetResult(true);
        await Eventually.TrueAsync(() => gateway.Batches.Length == 2, "the next batch arrives");
        Assert.Equal(Enumerable.Range(45, 256).Select(i => (long)i), gateway.Signals.OfType<ReadSignal>().Select(s => s.Seq));
    }

    [Fact]
    public async Task Signals_that_did_not_arrive_are_told_again_in_their_order_but_nobody_seems_to_be_typing_still()
    {
        var gateway = new FakeGateway { Answer = FakeGateway.Throw };
        await RenewAsync(gateway, "r1", cursor: 0);
        await _turns.RunAsync(() =>
        {
            _routes.SignalAll(new ReadSignal("alice", 1, OwnOnly: false));
            _routes.SignalAll(new TypingSignal("alice"));
            _routes.SignalAll(new ReadSignal("alice", 2, OwnOnly: false));
        });
        await AgainAfterAsync(1, pause: 0.25, FakeGateway.Throw);
        await AgainAfterAsync(2, pause: 0.5, static () => Task.FromResult(true));
        await Eventually.TrueAsync(() => gateway.Batches.Length == 3, "it is sent again");
        await _turns.RunAsync(() => _routes.SignalAll(new ReadSignal("alice", 3, OwnOnly: false)));
        await Eventually.TrueAsync(() => gateway.Batches.Length == 4, "what comes after them arrives");
        Assert.Equal(
            ["1", "1 typing 2", "1 2", "3"],
            gateway.Batches.Select(b => string.Join(' ', b.Signals.Select(s => s is ReadSignal read ? $"{read.Seq}" : "typing"))));

        async Task AgainAfterAsync(int batches, double pause, Func<Task<bool>> then)
        {
            await Eventually.TrueAsync(() => gateway.Batches.Length == batches && _clock.Pending > 0, $"batch {batches} has failed");
            gateway.Answer = then;
            // No longer, or the pause after the next one would be over in the same stroke.
            _clock.Advance(TimeSpan.FromSeconds(pause));
        }
    }

    [Fact]
    public async Task Signals_that_are_under_way_when_the_room_leaves_go_along()
    {
        var gateway = new FakeGateway { Answer = FakeGateway.Never };
        await RenewAsync(gateway, "r1", cursor: 0);
        await _turns.RunAsync(() =>
        {
            for (var i = 1; i <= 2; i++) _routes.SignalAll(new ReadSignal("alice", i, OwnOnly: false));
        });
        await Eventually.TrueAsync(() => gateway.Batches.Length == 1, "the first is under way");
        CarriedRoom carried = null!;
        await _turns.RunAsync(() => carried = _routes.Carry());
        Assert.Equal([1, 2], carried.Routes.Single().Signals.Cast<ReadSignal>().Select(s => s.Seq));
    }

    [Fact]
    public async Task Moving_prolongs_no_lease()
    {
        await RenewAsync(new FakeGateway(), "r1", cursor: 0, full: true, "alice");
        _clock.Advance(RoomRules.RouteLease / 2);
        await _turns.RunAsync(() =>
        {
            var arrived = new RouteTable(_head, "another silo", _log, _clock, NullLogger.Instance);
            arrived.Restore(_routes.Carry());
            _clock.Advance(RoomRules.RouteLease / 2);
            arrived.DropExpired();
            Assert.True(arrived.IsOnline("alice"));
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            arrived.DropExpired();
            Assert.False(arrived.IsOnline("alice"));
        });
    }

    private Task<RouteStatus> RenewAsync(
        IGatewayObserver gateway, string route, long cursor, bool full = true, params ImmutableArray<string> users) =>
        _turns.RunAsync(() => _routes.Renew(
            new RouteRenewal(route, _numbers.Next(route), "gateway", gateway, cursor, full, users, [], WantPresence: false)));

    private Task SendAsync(int count) => _turns.RunAsync(() => _log.AppendAsync(
        [.. Enumerable.Range(0, count).Select(i => TempStore.From("alice", TempStore.Text($"{i}")))]));

    private static Task ArrivedAsync(FakeGateway gateway, int events) =>
        Eventually.TrueAsync(() => gateway.Events.Length == events, $"{events} events have arrived");

    private async Task AnnouncedAsync(FakeGateway gateway, int announcements)
    {
        await Eventually.TrueAsync(() => _clock.Pending > 0, "the room gathers what to announce");
        _clock.Advance(RoomRules.PresenceInterval);
        await Eventually.TrueAsync(() => gateway.Presence.Length == announcements, $"{announcements} announcements are made");
    }
}
