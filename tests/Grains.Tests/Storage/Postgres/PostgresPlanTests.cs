using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Tests.Clocks;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Storage.Postgres;

public sealed class PostgresPlanTests(SharedPostgres postgres)
{
    [Fact]
    public async Task No_statement_reads_a_table_through_that_was_empty_when_its_plan_was_made()
    {
        const int Rooms = 40, Rounds = 40;
        await using var temp = await PostgresTempStore.CreatePatientAsync(await postgres.ServerAsync(), writers: 1);
        // Making an index reads its table.
        await temp.ExecuteAsync("SELECT pg_stat_reset()");
        await Task.WhenAll(Enumerable.Range(0, Rooms).Select(async number =>
        {
            var head = await temp.CreateAsync($"room{number}");
            var fence = new RoomFence(head.Room, head.Epoch);
            for (var i = 0; i < Rounds; i++)
            {
                await temp.AppendAsync(head, i, TempStore.From("alice", TempStore.Text("hi", $"{i}")));
                await temp.Rooms.AddMemberAsync(fence, new NewMember($"user{i}", MemberRole.Member, 0, TempStore.At));
                await temp.Rooms.SetReadSeqAsync(fence, $"user{i}", i + 1);
                await temp.Users.SetNameAsync($"user{i}", "name", TempStore.At);
                await temp.Reader.FindStandingAsync(head.Room, $"user{i}");
                await temp.Reader.ReadBeforeAsync(head.Room, long.MaxValue, 2);
                await temp.Reader.ListMembersAsync(head.Room, "user", 2);
                await temp.Reader.ListRoomsOfAsync("nobody");
                await temp.Reader.CountRoomsOfAsync($"user{i}", 10);
                await temp.Rooms.SetMutedAsync(fence, $"user{i}", TempStore.At);
                await temp.Rooms.SetRoleAsync(fence, $"user{i}", MemberRole.Moderator);
                await temp.Rooms.UnbanAsync(fence, $"user{i}");
                await temp.Users.SetBlockAsync(head.Room, $"user{i}", blocked: true, TempStore.At);
                await temp.Reader.IsBlockedAsync(head.Room, $"user{i}");
                await temp.Reader.ListBlocksAsync(head.Room, "user", 2);
                await temp.Reader.ListAuditAsync(head.Room, 0, 2);
            }
        }));

        await ToldAsync(temp, Rooms * Rounds);
        Assert.Equal(0L, await temp.ScalarAsync<long>(
            "SELECT coalesce(sum(seq_scan), 0)::bigint FROM pg_stat_user_tables WHERE relname <> 'schema_versions'"));
        // Nor an index: a few entries are read for each thing done, of rows that have gone too, and not as many as there
        // are, which would be half of this squared for any one of the statements.
        const long Events = Rooms * Rounds;
        Assert.InRange(
            await temp.ScalarAsync<long>("SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes"), 1, Events * Events / 4);
    }

    [Fact]
    public async Task Another_owner_is_looked_up_among_the_owners()
    {
        const int Members = 1_000, Rounds = 20;
        await using var temp = await PostgresTempStore.CreatePatientAsync(await postgres.ServerAsync(), writers: 1);
        var head = await temp.CreateAsync("lobby");
        var fence = new RoomFence(head.Room, head.Epoch);
        await temp.ExecuteAsync(
            "INSERT INTO members (room, user_id, role, read_seq, joined_at) "
            + $"SELECT 'lobby', 'user' || n, 'member', 0, now() FROM generate_series(1, {Members}) AS n");
        await temp.ExecuteAsync("ANALYZE members");
        await temp.ExecuteAsync("SELECT pg_stat_reset()");
        for (var i = 0; i < Rounds; i++)
        {
            Assert.Equal(MemberChange.LastOwner, await temp.Rooms.RemoveMemberAsync(fence, "alice"));
            Assert.Equal(MemberChange.LastOwner, await temp.Rooms.SetRoleAsync(fence, "alice", MemberRole.Member));
            Assert.Equal(MemberChange.LastOwner, await temp.Rooms.BanAsync(fence, new Ban("alice", DateTimeOffset.MaxValue, "root", TempStore.At)));
            await temp.AppendAsync(head, i, TempStore.From("alice", TempStore.Text("hi", $"{i}")));
        }

        await ToldAsync(temp, Rounds);
        Assert.InRange(
            await temp.ScalarAsync<long>("SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'members'"), 1, 30L * Rounds);
        Assert.Equal(0L, await temp.ScalarAsync<long>("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'members'"));
    }

    // Sessions tell what they have done within a second or so, and when they end.
    private static async Task ToldAsync(PostgresTempStore temp, long events)
    {
        await temp.ReopenAsync();
        await Eventually.TrueAsync(
            async () => await temp.ScalarAsync<long>("SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'events'") == events,
            "the sessions have told");
    }
}
