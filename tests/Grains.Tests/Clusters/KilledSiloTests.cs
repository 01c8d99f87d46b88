using Orleans.TestingHost;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Clusters;

public abstract class KilledSiloTests(ChatCluster cluster)
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_repeated_or_reordered_when_silos_are_killed()
    {
        const int Rooms = 6, Senders = 3, Each = 80;
        var ids = Enumerable.Range(0, Rooms).Select(_ => cluster.Name("room")).ToArray();
        var followers = new List<Follower>();
        foreach (var id in ids)
        {
            for (var sender = 0; sender < Senders; sender++) await Sending.SurelyAsync(() => cluster.Room(id).Join($"user{sender}", null));
            var follower = new Follower(cluster, id, "user0");
            await Sending.SurelyAsync(() => follower.FollowAsync());
            followers.Add(follower);
        }

        var sent = 0;
        var sending = Task.WhenAll(ids.SelectMany(id => Enumerable.Range(0, Senders).Select(async sender =>
        {
            var seqs = new List<long>();
            for (var i = 0; i < Each; i++)
            {
                seqs.Add((await cluster.Room(id).SendSurelyAsync($"user{sender}", $"{sender} {i}", $"{i}")).Seq);
                Interlocked.Increment(ref sent);
            }

            return (Room: id, User: $"user{sender}", Seqs: seqs);
        })).ToList());

        // Twice in the middle of it, the silo that holds the first room dies.
        foreach (var due in new[] { Rooms * Senders * Each / 4, Rooms * Senders * Each / 2 })
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref sent) >= due, $"{due} messages are sent");
            await KillSiloOfAsync(cluster.Room(ids[0]));
        }

        var acknowledged = await sending;
        foreach (var follower in followers)
        {
            await Sending.SurelyAsync(follower.RenewAsync);
            var log = await cluster.Temp.LogAsync(follower.Room);
            Assert.Equal(Enumerable.Range(1, Senders * Each).Select(i => (long)i), log.Select(e => e.Seq));
            Assert.Equal(log, follower.Events);
            foreach (var (_, user, seqs) in acknowledged.Where(a => a.Room == follower.Room))
            {
                var mine = log.Where(e => e.From == user).ToList();
                Assert.Equal(seqs, mine.Select(e => e.Seq));
                Assert.Equal(Enumerable.Range(0, Each).Select(i => $"{user[4..]} {i}"), mine.Select(e => e.Text));
            }
        }

        // Somebody was on the silo that died, and came back under a later epoch.
        Assert.True(await cluster.Temp.ScalarAsync<long>("SELECT max(epoch) FROM rooms") > 1);
    }

    [Fact]
    public async Task A_moved_room_knows_its_members_and_cursors_and_finds_its_gateways_again()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        // The client's patience is short: on a slow machine any call may have to be made again.
        await Sending.SurelyAsync(() => CreateAsync(room));
        await Sending.SurelyAsync(() => room.Moderate(new Moderation("alice", ModerationAction.Invite, "bob")));
        await Sending.SurelyAsync(() => room.Moderate(new Moderation("alice", ModerationAction.Invite, "carol")));
        await room.SendSurelyAsync("alice", "hi", "k1");
        await room.SendSurelyAsync("carol", "bye", "k1");
        await Sending.SurelyAsync(() => room.Read("bob", 1));
        var follower = new Follower(cluster, id, "alice", "bob");
        var before = await Sending.SurelyAsync(() => follower.FollowAsync());
        await KillSiloOfAsync(room);

        var after = await Sending.SurelyAsync(follower.RenewAsync);
        Assert.Equal((before.Log, before.LastSeq), (after.Log, after.LastSeq));
        Assert.True(after.Epoch > before.Epoch, $"epoch {after.Epoch} comes after {before.Epoch}");
        Assert.Equal(["alice", "bob"], after.Presence!.Users!.Value);
        var view = await Sending.SurelyAsync(() => room.Join("bob", null));
        Assert.Equal((new RoomEntry(id, RoomKind.Private, MemberRole.Member, 2, 1), "talk"), (view.Entry, view.Topic));
        Assert.True((await room.SendSurelyAsync("alice", "hi", "k1")).Duplicate);
        await Sending.SurelyAsync(() => room.Moderate(new Moderation("alice", ModerationAction.Ban, "carol")));
        var said = await room.SendSurelyAsync("carol", "bye", "k1");
        Assert.Equal((2, true), (said.Seq, said.Duplicate));
        Assert.Equal(3, (await room.SendSurelyAsync("bob", "live again", "k1")).Seq);
        await Eventually.TrueAsync(() => follower.Events.Length == 1, "the event is delivered");
    }

    private async Task KillSiloOfAsync(IRoomGrain room)
    {
        InProcessSiloHandle? silo = null;
        await Eventually.TrueAsync(() => (silo = cluster.SiloOf(room)) is not null, "the room is somewhere");
        await cluster.Silos.KillSiloAsync(silo!);
        await cluster.Silos.StartAdditionalSiloAsync();
    }

    private static async Task CreateAsync(IRoomGrain room)
    {
        try
        {
            await room.Create("alice", RoomKind.Private, "talk", null);
        }
        catch (ChatException exists) when (exists.Code == ChatErrorCode.BadField)
        {
            // By the attempt before, of which nobody heard.
        }
    }
}

public sealed class SqliteKilledSiloTests(ImpatientCluster cluster) : KilledSiloTests(cluster), IClassFixture<ImpatientCluster>;

public sealed class PostgresKilledSiloTests(ImpatientPostgresCluster cluster) : KilledSiloTests(cluster), IClassFixture<ImpatientPostgresCluster>;
