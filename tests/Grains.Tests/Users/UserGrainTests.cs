using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Grains.Tests.Rooms;
using OrleansChat.Grains.Tests.Storage;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Users;

public sealed class UserGrainTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    private readonly Dictionary<FakeGateway, IGatewayObserver> _references = [];

    [Fact]
    public async Task A_user_has_as_many_connections_as_are_allowed()
    {
        var user = cluster.User(cluster.Name("user"));
        var gateway = new FakeGateway();
        for (var i = 1; i <= 3; i++) await ConnectAsync(user, gateway, $"c{i}", limit: 3);
        var refused = await Assert.ThrowsAsync<ChatException>(() => ConnectAsync(user, gateway, "c4", limit: 3));
        Assert.Equal(ChatErrorCode.RateLimited, refused.Code);
        // One that is known already is no new one.
        await ConnectAsync(user, gateway, "c3", limit: 3);
        await user.Disconnect("c1");
        await user.Disconnect("c1");
        await ConnectAsync(user, gateway, "c4", limit: 3);
    }

    [Fact]
    public async Task A_connection_that_nobody_renews_is_forgotten_after_its_lease()
    {
        var user = cluster.User(cluster.Name("user"));
        var silent = new FakeGateway();
        var renewing = new FakeGateway();
        await ConnectAsync(user, silent, "silent", limit: 2);
        await ConnectAsync(user, renewing, "renewing", limit: 2);
        cluster.Clock.Advance(RoomRules.ConnectionLease / 2);
        await user.Renew("renewing", Reference(renewing), ["renewing"]);
        cluster.Clock.Advance((RoomRules.ConnectionLease / 2) + TimeSpan.FromSeconds(1));

        await user.RoomChanged(new RoomChange("r1", null, null));
        await Eventually.TrueAsync(() => renewing.Notices.Length == 1, "the living connection is told");
        Assert.Empty(silent.Notices);
        await ConnectAsync(user, renewing, "another", limit: 2);
    }

    [Fact]
    public async Task A_renewal_brings_back_what_an_ended_activation_has_lost()
    {
        var user = cluster.User(cluster.Name("user"));
        var gateway = new FakeGateway();
        var session = await ConnectAsync(user, gateway, "c1");
        await cluster.DeactivateAsync(user);
        cluster.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await user.RoomChanged(new RoomChange("unheard", null, null));
        var version = (await user.Renew("g", Reference(gateway), ["c1"])).Version;
        // By this the gateway knows that it has missed something.
        Assert.True(version > session.Version, $"{version} comes after {session.Version}");
        await user.RoomChanged(new RoomChange("heard", null, null));
        await Eventually.TrueAsync(() => gateway.Notices.Length == 1, "it is told");
        Assert.Equal(("heard", version + 1), (gateway.Notices[0].Change.Room, gateway.Notices[0].Version));
    }

    [Fact]
    public async Task Changes_of_membership_reach_every_gateway_of_the_user_in_order_and_numbered()
    {
        var id = cluster.Name("user");
        var user = cluster.User(id);
        FakeGateway[] gateways = [new(), new()];
        var first = await ConnectAsync(user, gateways[0], "c1");
        await ConnectAsync(user, gateways[0], "c2");
        await ConnectAsync(user, gateways[1], "c3");
        Assert.Empty(first.Rooms);
        var (open, shut) = (cluster.Name("open"), cluster.Name("shut"));
        await cluster.Room(shut).Create("alice", RoomKind.Private, null, null);
        await cluster.Room(open).Join(id, "c1");
        await ToldAsync(gateways, 1);
        await cluster.Room(shut).Moderate(new Moderation("alice", ModerationAction.Invite, id));
        await ToldAsync(gateways, 2);
        await cluster.Room(shut).Moderate(new Moderation("alice", ModerationAction.Ban, id));
        await ToldAsync(gateways, 3);
        await cluster.Room(open).Leave(id, "c2");
        await ToldAsync(gateways, 4);

        foreach (var gateway in gateways)
        {
            Assert.All(gateway.Notices, n => Assert.Equal(id, n.User));
            Assert.Equal(Enumerable.Range(1, 4).Select(i => first.Version + i), gateway.Notices.Select(n => n.Version));
            Assert.Equal(
                [
                    new RoomChange(open, new RoomEntry(open, RoomKind.Public, MemberRole.Member, 0, 0), "c1"),
                    new RoomChange(shut, new RoomEntry(shut, RoomKind.Private, MemberRole.Member, 0, 0), null),
                    new RoomChange(shut, null, null),
                    new RoomChange(open, null, "c2"),
                ],
                gateway.Notices.Select(n => n.Change));
        }

        var now = await user.Rooms();
        Assert.Equal((first.Version + 4, 0), (now.Version, now.Rooms.Length));
    }

    [Fact]
    public async Task The_list_of_rooms_and_the_notices_after_it_are_the_list_that_is_read_later()
    {
        var id = cluster.Name("user");
        var user = cluster.User(id);
        var gateway = new FakeGateway();
        var rooms = Enumerable.Range(0, 6).Select(_ => cluster.Name("room")).ToArray();
        await cluster.Room(rooms[0]).Join(id, null);
        await cluster.Room(rooms[1]).Join(id, null);
        var random = new Random(7);
        var changing = Task.WhenAll(rooms.Select(async room =>
        {
            // Fewer changes in all than may wait for a gateway that is slow: none of them is left out.
            for (var i = 0; i < 5; i++)
            {
                await cluster.Room(room).Join(id, null);
                if (random.Next(2) == 0) await cluster.Room(room).Leave(id, null);
            }
        }));
        var session = await ConnectAsync(user, gateway, "c1");
        await changing;

        var state = session.Rooms.ToDictionary(r => r.Room);
        var applied = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var notice in After(session, gateway).Skip(applied))
                {
                    applied++;
                    if (notice.Change.Entry is { } entry) state[entry.Room] = entry;
                    else state.Remove(notice.Change.Room);
                }

                var now = await user.Rooms();
                return now.Version == session.Version + applied && now.Rooms.SequenceEqual(state.Values.OrderBy(r => r.Room, StringComparer.Ordinal));
            },
            "old state and notices are the state read anew");
        Assert.Equal(Enumerable.Range(1, applied).Select(i => session.Version + i), After(session, gateway).Select(n => n.Version));

        // As a gateway does: it drops what the state has already, of which it may be told while it is being given the
        // state, and what it was sent again because it had answered too late.
        static IEnumerable<UserNotice> After(UserSession session, FakeGateway gateway) =>
            gateway.Notices.DistinctBy(n => n.Version).Where(n => n.Version > session.Version);
    }

    [Fact]
    public async Task A_role_and_a_mute_are_news_and_what_was_so_already_is_none()
    {
        var id = cluster.Name("user");
        var user = cluster.User(id);
        FakeGateway[] gateways = [new(), new()];
        var name = cluster.Name("room");
        var room = cluster.Room(name);
        await room.Create("alice", RoomKind.Public, null, null);
        await ConnectAsync(user, gateways[0], "c1");
        var session = await ConnectAsync(user, gateways[1], "c2");
        await room.Join(id, null);
        // A room tells its news in its own time.
        await ToldAsync(gateways, 1);
        await room.SendAsync("alice", "hi");
        var until = cluster.Clock.GetUtcNow().AddHours(1);
        until = DateTimeOffset.FromUnixTimeMilliseconds(until.ToUnixTimeMilliseconds());
        for (var twice = 0; twice < 2; twice++)
            await room.Moderate(new Moderation("alice", ModerationAction.Role, id, Role: MemberRole.Moderator));
        for (var twice = 0; twice < 2; twice++) await room.Moderate(new Moderation("alice", ModerationAction.Mute, id, until));
        var muted = (await user.Rooms()).Rooms;
        for (var twice = 0; twice < 2; twice++) await room.Moderate(new Moderation("alice", ModerationAction.Unmute, id));
        await room.Moderate(new Moderation("alice", ModerationAction.Kick, id));
        await ToldAsync(gateways, 5);

        var entry = new RoomEntry(name, RoomKind.Public, MemberRole.Moderator, 1, 0);
        RoomChange[] changes =
        [
            new(name, new RoomEntry(name, RoomKind.Public, MemberRole.Member, 0, 0), null),
            new(name, entry, null), new(name, entry with { MutedUntil = until }, null), new(name, entry, null), new(name, null, null),
        ];
        Assert.Equal([entry with { MutedUntil = until }], muted);
        foreach (var gateway in gateways)
        {
            Assert.Equal(changes, gateway.Notices.Select(n => n.Change));
            Assert.Equal(Enumerable.Range(1, 5).Select(i => session.Version + i), gateway.Notices.Select(n => n.Version));
        }
    }

    [Fact]
    public async Task A_mute_that_is_over_is_none()
    {
        var id = cluster.Name("user");
        var room = cluster.Room(cluster.Name("room"));
        await room.Create("alice", RoomKind.Public, null, null);
        await room.Join(id, null);
        await room.Moderate(new Moderation("alice", ModerationAction.Mute, id, cluster.Clock.GetUtcNow().AddHours(1)));
        Assert.NotNull((await cluster.User(id).Rooms()).Rooms.Single().MutedUntil);
        cluster.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Null((await cluster.User(id).Rooms()).Rooms.Single().MutedUntil);
        Assert.Null((await room.Join(id, null)).Entry.MutedUntil);
    }

    [Fact]
    public async Task A_first_direct_message_is_news_to_the_other_side()
    {
        var (one, other) = (cluster.Name("a"), cluster.Name("b"));
        var gateway = new FakeGateway();
        await ConnectAsync(cluster.User(other), gateway, "c1");
        var room = ChatId.DirectRoom(one, other);
        await cluster.Room(room).SendAsync(one, "psst");
        await ToldAsync([gateway], 1);
        Assert.Equal(
            new RoomChange(room, new RoomEntry(room, RoomKind.Direct, MemberRole.Member, 0, 0), null), gateway.Notices[0].Change);
        await cluster.Room(room).SendAsync(one, "again");
        Assert.Equal([new RoomEntry(room, RoomKind.Direct, MemberRole.Member, 2, 0)], (await cluster.User(other).Rooms()).Rooms);
    }

    [Fact]
    public async Task A_gateway_that_knows_no_such_connection_is_told_once_and_forgotten()
    {
        var user = cluster.User(cluster.Name("user"));
        var gone = new FakeGateway { Answer = static () => Task.FromResult(false) };
        var alive = new FakeGateway();
        await ConnectAsync(user, gone, "gone", limit: 2);
        await ConnectAsync(user, alive, "alive", limit: 2);
        await user.RoomChanged(new RoomChange("r1", null, null));
        await Eventually.TrueAsync(() => gone.Notices.Length == 1, "it is told");
        // Its connection no longer counts.
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await ConnectAsync(user, alive, "another", limit: 2);
                    return true;
                }
                catch (ChatException refused) when (refused.Code == ChatErrorCode.RateLimited)
                {
                    return false;
                }
            },
            "its connection is forgotten");
        await user.RoomChanged(new RoomChange("r2", null, null));
        await Eventually.TrueAsync(() => alive.Notices.Length == 2, "the other is told of everything");
        Assert.Single(gone.Notices);
    }

    [Fact]
    public async Task A_dead_gateway_delays_neither_the_caller_nor_the_users_other_gateways()
    {
        var user = cluster.User(cluster.Name("user"));
        var dead = new FakeGateway { Answer = FakeGateway.Never };
        var alive = new FakeGateway();
        await ConnectAsync(user, dead, "dead");
        await ConnectAsync(user, alive, "alive");
        for (var i = 0; i < 20; i++) await user.RoomChanged(new RoomChange($"r{i}", null, null));
        await ToldAsync([alive], 20);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"r{i}"), alive.Notices.Select(n => n.Change.Room));
        // It is told the first, and perhaps again; and what comes after it only when that was given up.
        await Eventually.TrueAsync(() => dead.Notices.Length > 0, "the dead one is told, too");
        var told = dead.Notices.Select(n => n.Change.Room).ToList();
        Assert.Equal(told.Distinct().SelectMany(room => told.Where(one => one == room)), told);
        Assert.Equal(alive.Notices.Select(n => n.Change.Room).Take(told.Distinct().Count()), told.Distinct());
    }

    [Fact]
    public async Task A_notice_that_failed_is_sent_again_and_those_after_it_wait_for_it()
    {
        var user = cluster.User(cluster.Name("user"));
        var attempts = 0;
        var gateway = new FakeGateway { Answer = () => ++attempts < 3 ? FakeGateway.Throw() : Task.FromResult(true) };
        await ConnectAsync(user, gateway, "c1");
        await user.RoomChanged(new RoomChange("r1", null, null));
        await user.RoomChanged(new RoomChange("r2", null, null));
        await ToldAsync([gateway], 4);
        Assert.Equal(["r1", "r1", "r1", "r2"], gateway.Notices.Select(n => n.Change.Room));
    }

    [Fact]
    public async Task A_display_name_is_kept_until_another_is_given()
    {
        var id = cluster.Name("user");
        var user = cluster.User(id);
        var gateway = new FakeGateway();
        Assert.Null((await ConnectAsync(user, gateway, "c1")).Name);
        Assert.Equal("Алиса", (await ConnectAsync(user, gateway, "c2", name: "Алиса")).Name);
        Assert.Equal("Алиса", (await ConnectAsync(user, gateway, "c3")).Name);
        await cluster.DeactivateAsync(user);
        Assert.Equal("Алиса", (await ConnectAsync(user, gateway, "c4")).Name);
        Assert.Equal("Alice", (await ConnectAsync(user, gateway, "c5", name: "Alice")).Name);
        Assert.Equal("Alice", await cluster.Temp.Reader.FindNameAsync(id));
    }

    private static Task ToldAsync(FakeGateway[] gateways, int notices) => Eventually.TrueAsync(
        () => gateways.All(g => g.Notices.Length == notices), $"{notices} notices have arrived");

    private IGatewayObserver Reference(FakeGateway gateway)
    {
        if (!_references.TryGetValue(gateway, out var reference))
            _references.Add(gateway, reference = cluster.Reference(gateway));
        return reference;
    }

    private Task<UserSession> ConnectAsync(
        IUserGrain user, FakeGateway gateway, string connection, int limit = 100, string? name = null) =>
        user.Connect(new ConnectionRequest(connection, gateway.Name, Reference(gateway), name, limit));
}
