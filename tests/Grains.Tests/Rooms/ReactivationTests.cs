using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Grains.Tests.Storage;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public abstract class ReactivationTests(ChatCluster cluster)
{
    [Fact]
    public async Task A_new_activation_has_a_higher_epoch_the_same_log_and_goes_on_counting()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        var follower = new Follower(cluster, id, "alice");
        var before = await follower.FollowAsync();
        for (var i = 0; i < 5; i++) Assert.Equal(i + 1, (await room.SendAsync("alice", $"{i}")).Seq);
        await cluster.DeactivateAsync(room);

        var after = await follower.RenewAsync();
        Assert.Equal((before.Epoch + 1, before.Log, 5L), (after.Epoch, after.Log, after.LastSeq));
        Assert.Equal(6, (await room.SendAsync("alice", "5")).Seq);
        await follower.RenewAsync();
        Assert.Equal(await cluster.Temp.LogAsync(id), follower.Events);
    }

    [Fact]
    public async Task Nothing_is_lost_repeated_or_reordered_while_activations_come_and_go()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        var follower = new Follower(cluster, id, "alice");
        await follower.FollowAsync();
        var sending = Enumerable.Range(0, 4).Select(async sender =>
        {
            var user = $"user{sender}";
            await Sending.SurelyAsync(() => room.Join(user, null));
            var seqs = new List<long>();
            for (var i = 0; i < 60; i++) seqs.Add((await room.SendSurelyAsync(user, $"{user} {i}", $"{i}")).Seq);
            return seqs;
        }).ToList();
        for (var i = 0; i < 8; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(30));
            await cluster.DeactivateAsync(room);
            await Sending.SurelyAsync(follower.RenewAsync);
        }

        var acknowledged = await Task.WhenAll(sending);
        await Sending.SurelyAsync(follower.RenewAsync);
        var log = await cluster.Temp.LogAsync(id);
        Assert.Equal(Enumerable.Range(1, 240).Select(i => (long)i), log.Select(e => e.Seq));
        Assert.Equal(log, follower.Events);
        for (var sender = 0; sender < 4; sender++)
        {
            var mine = log.Where(e => e.From == $"user{sender}").ToList();
            Assert.Equal(Enumerable.Range(0, 60).Select(i => $"user{sender} {i}"), mine.Select(e => e.Text));
            Assert.Equal(acknowledged[sender], mine.Select(e => e.Seq));
        }
    }

    [Fact]
    public async Task An_activation_that_another_one_has_fenced_refuses_once_and_the_next_one_serves()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        await room.SendAsync("alice", "before", "k0");
        // What a second activation does, on a silo that the first cannot see.
        var rival = (await cluster.Temp.Rooms.OpenAsync(id))!;
        await cluster.Temp.AppendAsync(rival, 1, TempStore.From("alice", TempStore.Text("rival", "k1")));

        var refused = await Assert.ThrowsAsync<ChatException>(() => room.SendAsync("alice", "after", "k2"));
        Assert.Equal(ChatErrorCode.Unavailable, refused.Code);
        Assert.Equal(3, (await room.SendSurelyAsync("alice", "after", "k2")).Seq);
        var again = await room.SendAsync("alice", "rival", "k1");
        Assert.Equal((2, true), (again.Seq, again.Duplicate));
        Assert.Equal(["before", "rival", "after"], (await cluster.Temp.LogAsync(id)).Select(e => e.Text));
        Assert.Equal(rival.Epoch + 1, (await new Follower(cluster, id, "alice").FollowAsync()).Epoch);
    }

    [Theory]
    [InlineData("join")]
    [InlineData("leave")]
    [InlineData("read")]
    [InlineData("mute")]
    [InlineData("ban")]
    [InlineData("unban")]
    public async Task A_fenced_activation_commits_no_change_of_any_kind(string change)
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Create("alice", RoomKind.Public, null, null);
        await room.Join("bob", null);
        await room.SendAsync("alice", "hi");
        await cluster.Temp.Rooms.OpenAsync(id);
        var refused = await Assert.ThrowsAsync<ChatException>(() => change switch
        {
            "join" => room.Join("carol", null),
            "leave" => room.Leave("bob", null),
            "read" => room.Read("bob", 1),
            "mute" => room.Moderate(new Moderation("alice", ModerationAction.Mute, "bob")),
            "ban" => room.Moderate(new Moderation("alice", ModerationAction.Ban, "bob")),
            _ => room.Moderate(new Moderation("alice", ModerationAction.Unban, "bob")),
        });
        Assert.Equal(ChatErrorCode.Unavailable, refused.Code);
        Assert.Equal(["alice", "bob"], (await cluster.Temp.Reader.ListMembersAsync(id, null, 10)).Members.Select(m => m.User));
        var standing = (await cluster.Temp.Reader.FindStandingAsync(id, "bob"))!;
        Assert.Equal((0, null, null), (standing.ReadSeq, standing.MutedUntil, standing.BannedUntil));
    }

    [Fact]
    public async Task Two_who_write_to_each_other_first_at_once_do_not_fence_each_other()
    {
        for (var i = 0; i < 20; i++)
        {
            var (one, other) = (cluster.Name("a"), cluster.Name("b"));
            var id = ChatId.DirectRoom(one, other);
            var outcomes = await Task.WhenAll(
                new[] { one, other, one, other }.Select(user => cluster.Room(id).SendAsync(user, "hi")));
            Assert.Equal([1L, 2, 3, 4], outcomes.Select(o => o.Seq).Order());
            Assert.Equal(1, (await new Follower(cluster, id, one).FollowAsync()).Epoch);
        }
    }

    [Fact]
    public async Task Many_first_joins_at_once_make_one_room_opened_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var id = cluster.Name("room");
            var views = await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
            {
                var view = await cluster.Room(id).Join($"user{i}", null);
                await cluster.Room(id).SendAsync($"user{i}", "hi");
                return view;
            }));
            Assert.Single(views.Select(v => v.Log).Distinct());
            var status = await new Follower(cluster, id, "user1").FollowAsync();
            Assert.Equal((1, 30), (status.Epoch, status.LastSeq));
        }
    }

    [Fact]
    public async Task Of_many_who_create_a_room_at_once_one_does_and_the_others_are_told_that_it_exists()
    {
        for (var round = 0; round < 5; round++)
        {
            var room = cluster.Room(cluster.Name("room"));
            var created = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
            {
                try
                {
                    return (await room.Create($"user{i}", RoomKind.Private, null, null)).Entry.Role;
                }
                catch (ChatException exists)
                {
                    Assert.Equal((ChatErrorCode.BadField, "room"), (exists.Code, exists.Field));
                    return default(MemberRole?);
                }
            }));
            Assert.Equal(MemberRole.Owner, Assert.Single(created, role => role is not null));
        }
    }

    [Fact]
    public async Task Closing_a_route_that_is_not_there_ends_no_activation_that_is_being_opened()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        await cluster.DeactivateAsync(room);
        using var gate = await cluster.Temp.HoldWriterAsync(id);
        var follower = new Follower(cluster, id, "alice");
        var following = follower.FollowAsync();
        await cluster.History(id).Pull(0, 1);
        await room.CloseRoute("no such route");
        gate.Open();
        var status = await following;
        var again = await follower.RenewAsync();
        Assert.Equal((true, status.Epoch), (again.Known, again.Epoch));
    }
}

public sealed class SqliteReactivationTests(ChatCluster cluster) : ReactivationTests(cluster), IClassFixture<ChatCluster>;

public sealed class PostgresReactivationTests(PostgresCluster cluster) : ReactivationTests(cluster), IClassFixture<PostgresCluster>;
