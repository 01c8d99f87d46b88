using System.Collections.Immutable;
using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public abstract class FeedTests(ChatCluster cluster)
{
    [Fact]
    public async Task Every_gateway_gets_every_event_once_in_order()
    {
        var (id, room) = await NewRoomAsync();
        var followers = Enumerable.Range(0, 5).Select(i => new Follower(cluster, id, $"user{i}")).ToList();
        foreach (var follower in followers) await follower.FollowAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async sender =>
        {
            await room.Join($"sender{sender}", null);
            for (var i = 0; i < 40; i++) await room.SendAsync($"sender{sender}", $"{i}");
        }));
        var log = await cluster.Temp.LogAsync(id);
        Assert.Equal(320, log.Length);
        // By delivery alone: nobody renews.
        foreach (var follower in followers)
        {
            await Eventually.TrueAsync(() => follower.Events.Length == 320, "every event has arrived");
            Assert.Equal(log, follower.Events);
        }
    }

    [Fact]
    public async Task A_dead_and_a_broken_gateway_delay_nobody_else()
    {
        var (id, room) = await NewRoomAsync();
        var dead = new FakeGateway { Answer = FakeGateway.Never };
        var broken = new FakeGateway { Answer = FakeGateway.Throw };
        await RenewAsync(room, dead, "dead", 0, users: "dave");
        await RenewAsync(room, broken, "broken", 0, users: "bob");
        var alive = new Follower(cluster, id, "alice");
        await alive.FollowAsync();
        for (var i = 0; i < 100; i++) await room.SendAsync("alice", $"{i}");
        await Eventually.TrueAsync(() => alive.Events.Length == 100, "the living gateway has everything");
        Assert.Equal(await cluster.Temp.LogAsync(id), alive.Events);
        // It has been told something, if the machine is slow again and again, and has answered nothing.
        await Eventually.TrueAsync(() => dead.Batches.Length > 0, "the dead gateway is told something");

        broken.Answer = static () => Task.FromResult(true);
        await Eventually.TrueAsync(
            () => broken.Events.Select(e => e.Seq).Distinct().Count() == 100, "the broken gateway has everything once it works");
    }

    [Fact]
    public async Task A_lane_that_overflowed_names_the_newest_seq_and_the_gateway_pulls_the_rest()
    {
        var (id, room) = await NewRoomAsync();
        var stuck = new TaskCompletionSource();
        var raw = new FakeGateway();
        raw.Answer = async () =>
        {
            await stuck.Task;
            return true;
        };
        var follower = new Follower(cluster, id, "alice") { Hold = stuck.Task };
        await follower.FollowAsync();
        await RenewAsync(room, raw, "raw", 0, users: "bob");
        await room.SendAsync("alice", "first");
        // So much that the room's recent events do not reach back to the next batch, whichever one was the last under
        // way: what is not answered is sent again, with what has come since.
        for (var i = 0; i < 10; i++) await SendAsync(room, 200);
        stuck.SetResult();

        await Eventually.TrueAsync(() => raw.Batches.Any(b => b.LastSeq == 2_001), "it is told where the room is");
        var overflow = raw.Batches.First(b => b.LastSeq > 1_025);
        Assert.Empty(overflow.Events);
        var missing = await cluster.History(id).Pull(1, 256);
        Assert.Equal((256, true), (missing.Events.Length, missing.More));
        Assert.Equal(2, missing.Events[0].Seq);

        await Eventually.TrueAsync(() => follower.Events.Length == 2_001, "the follower has pulled the rest");
        Assert.Equal(await cluster.Temp.LogAsync(id), follower.Events);
        await room.SendAsync("alice", "last");
        await Eventually.TrueAsync(() => follower.Events.Length == 2_002, "live events go on");
    }

    [Fact]
    public async Task A_gateway_far_behind_is_told_where_the_room_is_and_one_little_behind_is_sent_what_it_lacks()
    {
        var (_, room) = await NewRoomAsync();
        for (var i = 0; i < 6; i++) await SendAsync(room, 200);
        var far = new FakeGateway();
        var near = new FakeGateway();
        await RenewAsync(room, far, "far", 100, users: "alice");
        await RenewAsync(room, near, "near", 1_000, users: "bob");
        await Eventually.TrueAsync(() => far.Batches.Any(b => b.LastSeq == 1_200), "it is told where the room is");
        Assert.Empty(far.Events);
        await Eventually.TrueAsync(() => near.Events.Length == 200, "it is sent what it lacks");
        Assert.Equal(Enumerable.Range(1_001, 200).Select(i => (long)i), near.Events.Select(e => e.Seq));
    }

    [Fact]
    public async Task A_route_that_the_room_does_not_know_is_registered_by_a_full_renewal_alone()
    {
        var (id, room) = await NewRoomAsync();
        var gateway = new FakeGateway();
        var unknown = await RenewAsync(room, gateway, "r1", 0, full: false, users: "alice");
        Assert.False(unknown.Known);
        Assert.Equal(0, unknown.Presence?.Online ?? 0);
        await room.SendAsync("alice", "unheard");
        Assert.False((await RenewAsync(room, gateway, "r1", 0, full: false, users: "alice")).Known);
        Assert.Empty(gateway.Batches);
        Assert.False((await room.Members("alice", null, 10)).Members.Single().Online);

        Assert.False((await RenewAsync(room, gateway, "r1", 0, users: "alice")).Known);
        var known = await RenewAsync(room, gateway, "r1", 0, full: false);
        Assert.Equal((true, 1, 1L), (known.Known, known.Presence!.Online, known.LastSeq));
        await Eventually.TrueAsync(() => gateway.Events.Length == 1, "what came before is delivered");
        Assert.All(gateway.Batches, b => Assert.Equal(("r1", id), (b.Route, b.Room)));
        Assert.True((await room.Members("alice", null, 10)).Members.Single().Online);
    }

    [Fact]
    public async Task A_closed_route_is_told_nothing_more_and_its_users_are_offline()
    {
        var (id, room) = await NewRoomAsync();
        var closed = new FakeGateway();
        await RenewAsync(room, closed, "closed", -1, users: ["bob", "both"]);
        var other = new Follower(cluster, id, "alice", "both");
        await other.FollowAsync();
        Assert.Equal(["alice", "bob", "both"], other.Online);
        await room.CloseRoute("closed");
        await room.CloseRoute("closed");
        await room.CloseRoute("never there");
        await Eventually.TrueAsync(() => other.Online.SequenceEqual(["alice", "both"]), "bob is offline, and both is not");
        var heard = closed.Events.Length;
        await room.SendAsync("alice", "after");
        await Eventually.TrueAsync(() => other.Events.Length == 1, "the other gateway hears it");
        Assert.Equal(heard, closed.Events.Length);
        Assert.False((await RenewAsync(room, closed, "closed", 0, full: false)).Known);
    }

    [Fact]
    public async Task A_gateway_that_answers_that_it_has_no_such_route_is_forgotten()
    {
        var (id, room) = await NewRoomAsync();
        var gone = new FakeGateway { Answer = static () => Task.FromResult(false) };
        await RenewAsync(room, gone, "gone", 0, users: "bob");
        await room.SendAsync("alice", "hi");
        var other = new Follower(cluster, id, "alice");
        await other.FollowAsync();
        await Eventually.TrueAsync(
            async () => (await other.RenewAsync()).Presence!.Users!.Value.SequenceEqual(["alice"]), "bob is offline");
        Assert.Single(gone.Batches);
    }

    [Fact]
    public async Task A_route_that_is_not_renewed_is_dropped_and_its_users_are_offline()
    {
        var (id, room) = await NewRoomAsync();
        var silent = new FakeGateway();
        await RenewAsync(room, silent, "silent", -1, users: "bob");
        var renewing = new Follower(cluster, id, "alice");
        await renewing.FollowAsync();
        cluster.Clock.Advance(RoomRules.RouteLease / 2);
        await renewing.RenewAsync();
        Assert.Equal(["alice", "bob"], renewing.Online);
        cluster.Clock.Advance((RoomRules.RouteLease / 2) + TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => renewing.Online.SequenceEqual(["alice"]), "bob is offline");
        Assert.False((await RenewAsync(room, silent, "silent", -1, full: false)).Known);
        Assert.True((await renewing.RenewAsync()).Known);
    }

    [Fact]
    public async Task Arrivals_and_departures_are_told_in_order_and_numbered()
    {
        var (_, room) = await NewRoomAsync();
        var watcher = new FakeGateway();
        await RenewAsync(room, watcher, "watcher", -1, users: "watcher");
        var busy = new FakeGateway();
        var status = await RenewAsync(room, busy, "busy", -1, users: "user0");
        Assert.Equal(["user0", "watcher"], status.Presence!.Users!.Value);
        var online = new SortedSet<string>(StringComparer.Ordinal) { "user0", "watcher" };
        for (var i = 1; i <= 40; i++)
        {
            ImmutableArray<string> departed = i > 5 ? [$"user{i - 5}"] : [];
            await room.Renew(new RouteRenewal("busy", _numbers.Next("busy"), "busy", Reference(busy), -1, Full: false, [$"user{i}"], departed, WantPresence: false));
            online.Add($"user{i}");
            online.ExceptWith(departed);
        }

        await Eventually.TrueAsync(() => Follow(watcher).SetEquals(online), "the announcements add up to who is online");
        Assert.Equal(Enumerable.Range(1, watcher.Presence.Length).Select(i => (long)i), watcher.Presence.Select(p => p.Version));
        Assert.Equal(online.Count, watcher.Presence[^1].Online);

        var last = await RenewAsync(room, busy, "busy", -1, full: true, users: "user1");
        Assert.Equal(["user1", "watcher"], last.Presence!.Users!.Value);
        await Eventually.TrueAsync(() => Follow(watcher).SetEquals(["user1", "watcher"]), "a full renewal replaces its users");
        Assert.Equal(watcher.Presence[^1].Version, (await RenewAsync(room, busy, "busy", -1, full: false)).PresenceVersion);
    }

    [Fact]
    public async Task Above_500_online_presence_is_a_count_and_typing_is_not_shown()
    {
        var (_, room) = await NewRoomAsync();
        var gateway = new FakeGateway();
        var users = Enumerable.Range(0, 501).Select(i => $"user{i:000}").ToImmutableArray();
        var status = await RenewAsync(room, gateway, "r1", -1, users: users);
        Assert.Equal((501, null, 100), (status.Presence!.Online, status.Presence.Users?.Length, status.Presence.Sample.Length));
        await Eventually.TrueAsync(() => gateway.Presence.Length == 1, "it is announced");
        var count = gateway.Presence[0];
        Assert.Equal((1, 501, 0, 0), (count.Version, count.Online, count.Joined.Length, count.Left.Length));
        await room.Typing("alice");

        await room.Renew(new RouteRenewal("r1", _numbers.Next("r1"), "r1", Reference(gateway), -1, Full: false, [], ["user500"], WantPresence: false));
        await Eventually.TrueAsync(() => gateway.Presence.Length == 2, "the departure is announced");
        var named = gateway.Presence[1];
        Assert.Equal((2, 500, "user500"), (named.Version, named.Online, named.Left.Single()));
        Assert.Empty(gateway.Signals.OfType<TypingSignal>());
        await room.Typing("alice");
        await Eventually.TrueAsync(() => gateway.Signals.OfType<TypingSignal>().Any(), "typing is shown again");
    }

    [Fact]
    public async Task Typing_is_shown_to_every_gateway_once_in_a_while()
    {
        var (_, room) = await NewRoomAsync();
        await room.Join("bob", null);
        var gateway = new FakeGateway();
        await RenewAsync(room, gateway, "r1", -1, users: "alice");
        for (var i = 0; i < 3; i++) await room.Typing("alice");
        await room.Typing("bob");
        await Eventually.TrueAsync(
            () => gateway.Signals.OfType<TypingSignal>().Select(t => t.User).SequenceEqual(["alice", "bob"]), "each is shown once");
        cluster.Clock.Advance(RoomRules.TypingInterval);
        await room.Typing("alice");
        await Eventually.TrueAsync(() => gateway.Signals.OfType<TypingSignal>().Count() == 3, "it is shown again");
    }

    [Fact]
    public async Task A_room_that_does_not_exist_has_no_routes()
    {
        var refused = await Assert.ThrowsAsync<ChatException>(
            () => RenewAsync(cluster.Room(cluster.Name("nowhere")), new FakeGateway(), "r1", -1, users: "alice"));
        Assert.Equal((ChatErrorCode.NoSuchRoom, "room"), (refused.Code, refused.Field));
        await cluster.Room(cluster.Name("nowhere")).CloseRoute("r1");
    }

    private static HashSet<string> Follow(FakeGateway gateway)
    {
        var online = new HashSet<string>();
        foreach (var signal in gateway.Presence)
        {
            online.UnionWith(signal.Joined);
            online.ExceptWith(signal.Left);
        }

        return online;
    }

    private async Task<(string Id, IRoomGrain Room)> NewRoomAsync()
    {
        var id = cluster.Name("room");
        await cluster.Room(id).Join("alice", null);
        return (id, cluster.Room(id));
    }

    private readonly Dictionary<FakeGateway, IGatewayObserver> _references = [];
    private readonly RenewalNumbers _numbers = new();

    private IGatewayObserver Reference(FakeGateway gateway)
    {
        if (!_references.TryGetValue(gateway, out var reference))
            _references.Add(gateway, reference = cluster.Reference(gateway));
        return reference;
    }

    private Task<RouteStatus> RenewAsync(
        IRoomGrain room, FakeGateway gateway, string route, long cursor, bool full = true, params ImmutableArray<string> users) =>
        room.Renew(new RouteRenewal(route, _numbers.Next(route), route, Reference(gateway), cursor, full, users, [], WantPresence: true));

    private static Task SendAsync(IRoomGrain room, int count) => room.Send(
        new SendBatch("alice", null, [.. Enumerable.Range(0, count).Select(i => Sending.Text($"{i}"))]));
}

public sealed class SqliteFeedTests(ChatCluster cluster) : FeedTests(cluster), IClassFixture<ChatCluster>;

public sealed class PostgresFeedTests(PostgresCluster cluster) : FeedTests(cluster), IClassFixture<PostgresCluster>;
