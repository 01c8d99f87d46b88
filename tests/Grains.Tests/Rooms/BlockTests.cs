using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;
using static OrleansChat.Grains.Tests.Rooms.Refusals;

namespace OrleansChat.Grains.Tests.Rooms;

/// <summary>Users who want no direct messages of each other.</summary>
public abstract class BlockTests(ChatCluster cluster)
{
    [Fact]
    public async Task While_one_has_blocked_the_other_neither_writes_and_both_can_read()
    {
        var (one, other, id) = NewTwo();
        var room = cluster.Room(id);
        await room.SendAsync(one, "hi");
        await room.Block(other, true);
        for (var life = 0; life < 2; life++)
        {
            foreach (var user in new[] { one, other })
            {
                await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.SendAsync(user, "hi"));
                await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.Typing(user));
                Assert.Single((await cluster.History(id).Page(user, null, null, 10)).Events);
                await room.Read(user, 1);
                await room.Join(user, null);
            }

            await cluster.DeactivateAsync(room);
        }

        // The one cannot lift what the other has done, and may block too.
        await room.Block(one, false);
        await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.SendAsync(one, "hi"));
        await room.Block(one, true);
        await room.Block(other, false);
        await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.SendAsync(other, "hi"));
        await room.Block(one, false);
        Assert.Equal(2, (await room.SendAsync(one, "again")).Seq);
    }

    [Fact]
    public async Task A_block_before_the_first_message_makes_no_room_and_nobody_a_member()
    {
        var (one, other, id) = NewTwo();
        var room = cluster.Room(id);
        await room.Block(other, true);
        await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.SendAsync(one, "hi"));
        Assert.Null(await cluster.Temp.Reader.FindStandingAsync(id, one));
        Assert.Equal([one], (await cluster.Grains.GetGrain<IRoomDirectoryGrain>(0).Blocks(other, null, 10)).Users);
        Assert.Empty((await cluster.Grains.GetGrain<IRoomDirectoryGrain>(0).Blocks(one, null, 10)).Users);
        await room.Block(other, false);
        Assert.Equal(1, (await room.SendAsync(one, "hi")).Seq);
    }

    [Fact]
    public async Task Whoever_left_is_not_brought_back_by_a_message_that_is_blocked()
    {
        var (one, other, id) = NewTwo();
        var room = cluster.Room(id);
        await room.SendAsync(one, "hi");
        await room.Leave(other, null);
        await room.Block(other, true);
        await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.SendAsync(one, "hi"));
        Assert.Null((await cluster.Temp.Reader.FindStandingAsync(id, other))!.Role);
    }

    [Fact]
    public async Task Nothing_said_after_a_block_was_answered_gets_through_whoever_is_writing()
    {
        for (var round = 0; round < 10; round++)
        {
            var (one, other, id) = NewTwo();
            var room = cluster.Room(id);
            var blocked = 0;
            var writing = Enumerable.Range(0, 6).Select(async _ =>
            {
                while (true)
                {
                    var isAfter = Volatile.Read(ref blocked) == 1;
                    try
                    {
                        await room.SendAsync(one, isAfter ? "after" : "before");
                    }
                    catch (ChatException refused)
                    {
                        Assert.Equal(ChatErrorCode.Blocked, refused.Code);
                        return;
                    }
                }
            }).ToList();
            if (round % 2 == 0) await Task.WhenAny(writing.Append(Task.Delay(TimeSpan.FromMilliseconds(20))));
            await room.Block(other, true);
            Volatile.Write(ref blocked, 1);
            await Task.WhenAll(writing);
            Assert.DoesNotContain("after", (await cluster.Temp.LogAsync(id)).Select(e => e.Text));
        }
    }

    [Fact]
    public async Task An_activation_that_was_fenced_does_not_say_that_it_has_blocked()
    {
        var (one, other, id) = NewTwo();
        var room = cluster.Room(id);
        await room.SendAsync(one, "hi");
        await cluster.Temp.Rooms.OpenAsync(id);
        await RefusedAsync(ChatErrorCode.Unavailable, "room", () => room.Block(other, true));
        await Sending.SurelyAsync(async () =>
        {
            await room.Block(other, true);
            return true;
        });
        await RefusedAsync(ChatErrorCode.Blocked, "room", () => room.SendAsync(one, "hi"));
    }

    [Fact]
    public async Task A_block_is_not_walked_around_by_an_invitation()
    {
        var (one, other, id) = NewTwo();
        await cluster.Room(id).Block(other, true);
        foreach (var kind in new[] { RoomKind.Private, RoomKind.Public })
        {
            var room = cluster.Room(cluster.Name("room"));
            await room.Create(one, kind, topic: null, connection: null);
            await RefusedAsync(ChatErrorCode.Blocked, "user", () => room.Moderate(new Moderation(one, ModerationAction.Invite, other)));
            Assert.Null((await cluster.Temp.Reader.FindStandingAsync(room.GetPrimaryKeyString(), other))!.Role);
            // An administrator may, and whoever is a member is one already.
            await room.Moderate(new Moderation(one, ModerationAction.Invite, other, IsAdministrator: true));
            await room.Moderate(new Moderation(one, ModerationAction.Invite, other));
            await room.Leave(other, null);
            await cluster.Room(id).Block(other, false);
            await room.Moderate(new Moderation(one, ModerationAction.Invite, other));
            await cluster.Room(id).Block(other, true);
        }
    }

    [Fact]
    public async Task Who_has_so_many_rooms_is_invited_by_administrators_alone()
    {
        var (one, other, _) = NewTwo();
        await cluster.Temp.ExecuteAsync(
            $"INSERT INTO members WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {RoomRules.MaxRoomsOfInvited}) "
            + $"SELECT '{other}-' || i, '{other}', 'member', 0, '2026-11-21T09:00:00.000Z', NULL FROM n");
        var rooms = Enumerable.Range(0, 2).Select(_ => cluster.Room(cluster.Name("room"))).ToList();
        foreach (var room in rooms) await room.Create(one, RoomKind.Private, topic: null, connection: null);
        await rooms[0].Moderate(new Moderation(one, ModerationAction.Invite, other));
        var refused = await RefusedAsync(
            ChatErrorCode.Forbidden, "user", () => rooms[1].Moderate(new Moderation(one, ModerationAction.Invite, other)));
        Assert.Contains("1000 rooms", refused.Message, StringComparison.Ordinal);
        // They are in that one.
        await rooms[0].Moderate(new Moderation(one, ModerationAction.Invite, other));
        await rooms[1].Moderate(new Moderation(one, ModerationAction.Invite, other, IsAdministrator: true));
    }

    [Fact]
    public async Task Who_has_blocked_so_many_blocks_nobody_else()
    {
        var (one, other, id) = NewTwo();
        await cluster.Temp.ExecuteAsync(
            $"INSERT INTO blocks WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {RoomRules.MaxBlocks}) "
            + $"SELECT '{one}', 'user' || i, '2026-11-21T09:00:00.000Z' FROM n");
        var refused = await RefusedAsync(ChatErrorCode.Forbidden, "user", () => cluster.Room(id).Block(one, true));
        Assert.Contains("1000 users", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await cluster.Room(id).SendAsync(other, "hi")).Seq);
        await cluster.Room(id).Block(one, false);
        await cluster.Room(ChatId.DirectRoom(one, "user1")).Block(one, false);
        await cluster.Room(id).Block(one, true);
        await RefusedAsync(ChatErrorCode.Blocked, "room", () => cluster.Room(id).SendAsync(other, "hi"));
    }

    [Fact]
    public async Task Only_the_two_block_and_not_themselves()
    {
        var (one, other, id) = NewTwo();
        await RefusedAsync(ChatErrorCode.Forbidden, "room", () => cluster.Room(id).Block("eve", true));
        await RefusedAsync(ChatErrorCode.BadField, "user", () => cluster.Room(ChatId.DirectRoom(one, one)).Block(one, true));
        await RefusedAsync(ChatErrorCode.BadField, "user", () => cluster.Room(cluster.Name("room")).Block(other, true));
        await cluster.Room(ChatId.DirectRoom(one, one)).SendAsync(one, "milk");
    }

    private (string One, string Other, string Room) NewTwo()
    {
        var (one, other) = (cluster.Name("a"), cluster.Name("b"));
        return (one, other, ChatId.DirectRoom(one, other));
    }
}

public sealed class SqliteBlockTests(ChatCluster cluster) : BlockTests(cluster), IClassFixture<ChatCluster>;

public sealed class PostgresBlockTests(PostgresCluster cluster) : BlockTests(cluster), IClassFixture<PostgresCluster>;
