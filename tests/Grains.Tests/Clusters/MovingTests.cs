using OrleansChat.Gateways;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Grains.Tests.Rooms;
using OrleansChat.Limits;
using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Clusters;

/// <summary>
/// A silo stops in good order. Nobody renews anything in these tests unless they say so: what arrives afterwards, it is
/// because the rooms have brought their routes along.
/// </summary>
public sealed class MovingTests(MovingCluster cluster) : IClassFixture<MovingCluster>
{
    [Fact]
    public async Task Nobody_who_sends_or_follows_notices_that_a_silo_stops()
    {
        const int Rooms = 24, Senders = 2;
        var ids = Enumerable.Range(0, Rooms).Select(_ => cluster.Name("room")).ToArray();
        var followers = new List<Follower>();
        foreach (var id in ids)
        {
            for (var sender = 0; sender < Senders; sender++) await cluster.Room(id).Join($"user{sender}", null);
            for (var gateway = 0; gateway < 2; gateway++)
            {
                // A room that does not get away, as on a machine that is slow, says so.
                var follower = new Follower(cluster, id, $"user{gateway}") { HeedsLastWords = true };
                await follower.FollowAsync();
                followers.Add(follower);
            }
        }

        using var stopped = new CancellationTokenSource();
        var answered = new int[Rooms * Senders];
        var sending = Enumerable.Range(0, Rooms * Senders).Select(async n =>
        {
            var (id, sender, seqs) = (ids[n / Senders], n % Senders, new List<long>());
            for (var i = 0; !stopped.IsCancellationRequested; i++)
            {
                // Once, without trying again: nothing may fail.
                seqs.Add((await cluster.Room(id).SendAsync($"user{sender}", $"{sender} {i}", $"{i}")).Seq);
                Volatile.Write(ref answered[n], i + 1);
            }

            return (Room: id, User: $"user{sender}", Seqs: seqs);
        }).ToList();
        await EverybodyIsAnsweredAsync(10);
        var leaving = cluster.SiloOf(cluster.Room(ids[0]))!;
        var moved = ids.Where(id => cluster.SiloOf(cluster.Room(id)) == leaving).ToList();
        cluster.LingeringClock.Hold();
        try
        {
            var stopping = cluster.Silos.StopSiloAsync(leaving);
            await Eventually.TrueAsync(() => cluster.LingeringClock.IsWaitedFor, "its grains have left");
            // However long that takes: it lingers until what was on its way when they left is answered.
            await EverybodyIsAnsweredAsync(2);
            cluster.LingeringClock.LetGo();
            await stopping;
        }
        finally
        {
            cluster.LingeringClock.LetGo();
        }

        await EverybodyIsAnsweredAsync(10);
        await stopped.CancelAsync();
        var acknowledged = await Task.WhenAll(sending);
        await cluster.Silos.StartAdditionalSiloAsync();

        Assert.NotEmpty(moved);
        foreach (var follower in followers)
        {
            var log = await cluster.Temp.LogAsync(follower.Room);
            await Eventually.TrueAsync(() => follower.Cursor == log.Length, $"all {log.Length} events of {follower.Room} arrive");
            Assert.Equal(log, follower.Events);
            Assert.Equal(Enumerable.Range(1, log.Length).Select(i => (long)i), log.Select(e => e.Seq));
            foreach (var (_, user, seqs) in acknowledged.Where(a => a.Room == follower.Room))
                Assert.Equal(seqs, log.Where(e => e.From == user).Select(e => e.Seq));
        }

        async Task EverybodyIsAnsweredAsync(int times)
        {
            var before = Enumerable.Range(0, answered.Length).Select(n => Volatile.Read(ref answered[n])).ToArray();
            await Eventually.TrueAsync(
                async () =>
                {
                    // One that has failed says why.
                    if (sending.Find(task => task.IsFaulted) is { } failed) await failed;
                    return before.Index().All(sender => Volatile.Read(ref answered[sender.Index]) >= sender.Item + times);
                },
                "everybody is answered");
        }
    }

    [Fact]
    public async Task A_room_that_moved_goes_on_where_each_gateway_stands_and_nobody_seems_to_go()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        await room.SendAsync("alice", "before");
        var numbers = new RenewalNumbers();
        var behind = new FakeGateway();
        var before = await RenewAsync(behind, "behind", cursor: 0, full: true, "alice", "bob");
        await Eventually.TrueAsync(() => behind.Presence.Length > 0, "it is announced who is online");
        var held = new TaskCompletionSource<bool>();
        behind.Answer = () => held.Task;
        await room.SendAsync("alice", "under way");
        await Eventually.TrueAsync(() => behind.Events.Any(e => e.Text == "under way"), "a batch is under way");
        await room.SendAsync("alice", "behind it");
        await room.Read("alice", 3);

        await StopSiloOfAsync(room);
        held.SetResult(true);
        behind.Answer = static () => Task.FromResult(true);
        // Though nobody says a word there, it is told where the room stands: what was under way, or behind that, when
        // the room left, may not have come.
        await ToldAsync(3);
        await room.SendSurelyAsync("alice", "after", "k");
        await ToldAsync(4);
        // If an answer came too late, the last it was told is where the room stands once more, and not the event.
        Assert.Empty(Since().SelectMany(b => b.Events).Select(e => e.Seq).Except([4]));
        Assert.Contains(Since().SelectMany(b => b.Signals), signal => signal is ReadSignal { Seq: 3 });
        var after = await RenewAsync(behind, "behind", cursor: 4, full: false);
        Assert.Equal((true, before.Epoch + 1), (after.Known, after.Epoch));
        Assert.Equal(["alice", "bob"], after.Presence!.Users!.Value);
        // The next who comes is the first that is told of since.
        await RenewAsync(behind, "behind", cursor: 4, full: true, "alice", "bob", "dave");
        await Eventually.TrueAsync(() => Announced().Any(), "it is announced who has come");
        var first = Announced().First();
        Assert.Equal((1L, 3, "dave", 0), (first.Version, first.Online, first.Joined.Single(), first.Left.Length));

        IEnumerable<PresenceSignal> Announced() => Since().SelectMany(b => b.Signals).OfType<PresenceSignal>();

        IEnumerable<RoomBatch> Since() => behind.Batches.Where(b => b.Epoch > before.Epoch);

        Task ToldAsync(long seq) => Eventually.TrueAsync(
            () => Task.FromResult(Since().Any(b => b.LastSeq == seq)),
            () => $"it is told that the room is at {seq}; it was told {string.Join("; ", behind.Batches)}");

        Task<RouteStatus> RenewAsync(FakeGateway gateway, string route, long cursor, bool full, params string[] users) =>
            room.Renew(new RouteRenewal(route, numbers.Next(route), route, cluster.Reference(gateway), cursor, full, [.. users], [], WantPresence: true));
    }

    [Fact]
    public async Task A_users_connections_and_the_count_of_its_news_move_along()
    {
        var id = cluster.Name("user");
        var user = cluster.User(id);
        var gateway = new FakeGateway();
        var session = await user.Connect(new ConnectionRequest("c1", "g", cluster.Reference(gateway), Name: null, Limit: 1));
        await StopSiloOfAsync(user);
        await Sending.SurelyAsync(() => user.RoomChanged(new RoomChange("news", null, null)));
        await Eventually.TrueAsync(() => gateway.Notices.Length > 0, "its connection is told");
        // By the same count, so that the gateway reads nothing anew; and the limit counts it still.
        Assert.Equal(session.Version + 1, gateway.Notices[0].Version);
        var refused = await Assert.ThrowsAsync<ChatException>(() => user.Connect(
            new ConnectionRequest("c2", "g", cluster.Reference(gateway), Name: null, Limit: 1)));
        Assert.Equal(ChatErrorCode.RateLimited, refused.Code);
    }

    [Fact]
    public async Task A_lease_goes_on_where_the_room_goes()
    {
        var room = cluster.Room(cluster.Name("room"));
        await room.Join("alice", null);
        var gateway = new FakeGateway();
        await room.Renew(new RouteRenewal("r1", 1, "g", cluster.Reference(gateway), -1, Full: true, ["alice"], [], WantPresence: false));
        await StopSiloOfAsync(room);
        // That moving prolongs no lease is seen in RouteTableTests.
        Assert.True(await IsOnlineAsync());
        cluster.Clock.Advance(RoomRules.RouteLease + TimeSpan.FromTicks(1));
        await Eventually.TrueAsync(async () => !await IsOnlineAsync(), "the route is dropped after its lease");

        Task<bool> IsOnlineAsync() => Sending.SurelyAsync(
            async () => (await room.Members("alice", null, 10)).Members.Single().Online);
    }

    [Fact]
    public async Task A_room_that_missed_a_renewal_asks_for_all_of_it_and_one_that_was_overtaken_changes_nothing()
    {
        var room = cluster.Room(cluster.Name("room"));
        await room.Join("alice", null);
        var gateway = cluster.Reference(new FakeGateway());
        Assert.False((await RenewAsync(1, full: true, "alice")).Known);
        Assert.True((await RenewAsync(2, full: false, "bob")).Known);
        Assert.False((await RenewAsync(4, full: false, "dave")).Known);
        Assert.Equal(["alice", "bob"], (await RenewAsync(2, full: true, "late")).Presence!.Users!.Value);
        Assert.Equal(["alice", "carol", "dave"], (await RenewAsync(5, full: true, "alice", "carol", "dave")).Presence!.Users!.Value);

        Task<RouteStatus> RenewAsync(long number, bool full, params string[] users) => room.Renew(
            new RouteRenewal("r1", number, "g", gateway, -1, full, [.. users], [], WantPresence: true));
    }

    [Fact]
    public async Task What_a_user_has_spent_moves_along_though_nobody_is_connected()
    {
        var user = cluster.User(cluster.Name("user"));
        // Whoever has heard no answer in time asks again, and what was given the first time is spent.
        while (await SpendAsync(UserBudget.RoomsCreated) > 0)
        {
        }

        await StopSiloOfAsync(user);
        Assert.Equal(0, await SpendAsync(UserBudget.RoomsCreated));
        Assert.True(await SpendAsync(UserBudget.MembersInvited) > 0);

        async Task<int> SpendAsync(UserBudget budget) => (await Sending.SurelyAsync(
            () => user.Spend(new BudgetRequest(budget, TokenRate.Within(TimeSpan.FromMinutes(10), 100), 1, 2)))).Granted;
    }

    private async Task StopSiloOfAsync(IAddressable grain)
    {
        await cluster.Silos.StopSiloAsync(cluster.SiloOf(grain)!);
        await cluster.Silos.StartAdditionalSiloAsync();
    }
}
