using Microsoft.Data.Sqlite;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

/// <summary>A room that a connection should follow by itself cannot be opened: its client must not miss it in silence.</summary>
public sealed class NotFollowingTests
{
    private const string Rooms =
        "INSERT INTO rooms (room, log, kind, epoch, last_seq, member_count, created_by, created_at) "
        + "VALUES ('lobby', 'l1', 'public', 1, 0, 1, 'alice', '2026-11-21T09:00:00.000Z'), "
        + "('dev', 'l2', 'public', 1, 0, 1, 'alice', '2026-11-21T09:00:00.000Z'); "
        + "INSERT INTO members (room, user, role, read_seq, joined_at) "
        + "VALUES ('lobby', 'alice', 'member', 0, '2026-11-21T09:00:00.000Z'), ('dev', 'alice', 'member', 0, '2026-11-21T09:00:00.000Z')";

    [Fact]
    public async Task A_room_that_cannot_be_followed_closes_with_4003_and_can_be_again()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var database = gateway.OpenDatabase();
        Run(database, Rooms);
        Run(database, "BEGIN EXCLUSIVE");
        await using (var alice = await gateway.ConnectToAllAsync("alice"))
        {
            var goodbye = await alice.TakeAsync("goodbye");
            Assert.Equal(4003, goodbye.Number("code"));
            Assert.True(goodbye.Flag("reconnect"));
            Assert.Equal(4003, (await alice.ClosedAsync()).Code);
        }

        Run(database, "COMMIT");
        // The rooms may fail once more, of what they tried while they could not be opened; bob waits for both.
        await using var bob = await gateway.ConnectAsync("bob");
        foreach (var room in new[] { "lobby", "dev" })
            await Patience.UntilAsync(async () => (await bob.AskAsync(new { type = "join", room })).Is("joined"), $"{room} was open");
        await using var back = await gateway.ConnectToAllAsync("alice");
        await bob.SayAsync("dev", "you are back");
        Assert.Equal("you are back", (await back.MessageAsync("dev")).Text("text"));
    }

    private static void Run(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
