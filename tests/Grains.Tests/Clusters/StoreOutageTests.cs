using OrleansChat.Grains.Tests.Storage.Sqlite;

namespace OrleansChat.Grains.Tests.Clusters;

public sealed class StoreOutageTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    [Fact]
    public async Task While_another_program_locks_the_database_writers_are_told_and_nothing_is_lost()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        await room.SendAsync("alice", "before", "k0");
        var follower = new Follower(cluster, id, "alice");
        var status = await follower.FollowAsync();
        using (var other = cluster.Sqlite.Connect())
        {
            SqliteTempStore.Execute(other, "BEGIN EXCLUSIVE");
            // Refused for this reason, and not because nobody answered in time.
            foreach (var call in new Func<Task>[]
                     {
                         () => room.SendAsync("alice", "during", "k1"),
                         () => cluster.Room(cluster.Name("another")).Join("alice", null),
                     })
            {
                var refused = await Assert.ThrowsAsync<ChatException>(call);
                Assert.Equal(ChatErrorCode.Unavailable, refused.Code);
                Assert.DoesNotContain(cluster.Sqlite.File, refused.Message, StringComparison.Ordinal);
            }

            // Readers are not held up.
            Assert.Single((await cluster.History(id).Page("alice", null, null, 10)).Events);
            SqliteTempStore.Execute(other, "ROLLBACK");
        }

        Assert.Equal(2, (await room.SendAsync("alice", "during", "k1")).Seq);
        var after = await follower.RenewAsync();
        // The outcome was known, so that the activation lived on.
        Assert.Equal((true, status.Epoch, 2L), (after.Known, after.Epoch, after.LastSeq));
    }

    [Fact]
    public async Task On_a_full_disk_senders_are_told_and_the_room_goes_on_after()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        await cluster.Sqlite.Store.Writer.RunAsync(session =>
        {
            var pages = session.QueryFirst("PRAGMA page_count", static row => row.GetString(0))!;
            return session.QueryFirst($"PRAGMA max_page_count = {pages}", static row => row.GetString(0));
        });
        var text = new string('x', 100_000);
        var refused = await Assert.ThrowsAsync<ChatException>(() => room.SendAsync("alice", text, "k1"));
        Assert.Equal(ChatErrorCode.Unavailable, refused.Code);
        var outcome = await room.SendAsync("alice", text, "k1");
        Assert.Equal((1, false), (outcome.Seq, outcome.Duplicate));
    }

    [Fact]
    public async Task A_commit_of_which_nobody_knows_ends_the_activation_and_the_next_reads_the_truth()
    {
        var id = cluster.Name("room");
        var room = cluster.Room(id);
        await room.Join("alice", null);
        await room.SendAsync("alice", "before", "k0");
        var before = await new Follower(cluster, id, "alice").FollowAsync();
        var attempt = 1;
        while (await UnknownCommits.IsAcknowledgedAsync(cluster, id, $"k{attempt}"))
        {
            Assert.True(attempt < 50, "no message ever goes into the transaction that fails");
            attempt++;
        }

        var following = new Follower(cluster, id, "alice");
        var after = await Sending.SurelyAsync(() => following.FollowAsync());
        Assert.Equal((before.Epoch + 1, (long)attempt), (after.Epoch, after.LastSeq));
        var outcome = await room.SendAsync("alice", "during", $"k{attempt}");
        Assert.Equal((attempt + 1, false), (outcome.Seq, outcome.Duplicate));
        Assert.Equal(attempt + 1, (await cluster.Temp.LogAsync(id)).Length);
    }
}
