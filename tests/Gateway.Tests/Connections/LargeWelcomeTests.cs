using System.Text;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

/// <summary>A user whose list of rooms is larger than what may wait for a client.</summary>
public sealed class LargeWelcomeTests
{
    private const int Outbox = 64 * 1024;

    // Enough for that, and so few that to open them all at once is little to a slow machine.
    private const int Rooms = 265;

    [Fact]
    public async Task Who_has_more_rooms_than_an_outbox_holds_gets_in_and_hears_them()
    {
        await using var gateway = await TestGateway.StartAsync($"Chat:Limits:OutboxBytes={Outbox}");
        Fill(gateway);
        await using var quiet = await gateway.ConnectAsync("alice");
        Assert.Equal(Rooms, quiet.Welcome.Items("rooms").Length);
        Assert.True(Encoding.UTF8.GetByteCount(quiet.Welcome.GetRawText()) > Outbox);

        await using var alice = await gateway.ConnectToAllAsync("alice");
        var last = alice.Welcome.Items("rooms")[^1].Text("room");
        await using var bob = await gateway.ConnectToAsync("bob", last);
        await bob.SayAsync(last, "hi");
        Assert.Equal("hi", (await alice.MessageAsync(last)).Text("text"));
        await alice.CatchUpAsync();
        Assert.Empty(alice.Of("goodbye"));
    }

    private static void Fill(TestGateway gateway)
    {
        using var database = gateway.OpenDatabase();
        using var command = database.CreateCommand();
        var name = new string('\u5c0f', 56);
        command.CommandText =
            $"""
            CREATE TEMP TABLE new AS
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rooms})
                SELECT '{name}' || printf('%08d', i) AS room FROM n;
            INSERT INTO rooms (room, log, kind, epoch, last_seq, member_count, created_by, created_at)
                SELECT room, 'log', 'public', 1, 0, 1, 'mallory', '2026-11-21T09:00:00.000Z' FROM new;
            INSERT INTO members (room, user, role, read_seq, joined_at)
                SELECT room, 'alice', 'member', 0, '2026-11-21T09:00:00.000Z' FROM new;
            """;
        command.ExecuteNonQuery();
    }
}
