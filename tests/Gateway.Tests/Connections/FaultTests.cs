using System.Net;
using Microsoft.Data.Sqlite;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

/// <summary>What clients see when the server is at fault, or its store is.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task While_another_program_holds_the_database_sends_are_unavailable_and_succeed_afterwards()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var client = await gateway.ConnectToAsync("alice", "lobby");
        await client.SayAsync("lobby", "before");
        using (var other = gateway.OpenDatabase())
        {
            Execute(other, "BEGIN EXCLUSIVE");
            var refused = await client.RefusedAsync(new { type = "send", room = "lobby", text = "during", key = "k" }, "unavailable");
            Assert.True(refused.Flag("retryable"));
            // Reading goes on beside it.
            Assert.Single((await client.DoAsync(new { type = "history", room = "lobby" })).Items("messages"));
            Execute(other, "ROLLBACK");
        }

        // Sent again with its key, for as long as it takes: once, and the next after it.
        await Patience.UntilAsync(
            async () => (await client.AskAsync(new { type = "send", room = "lobby", text = "during", key = "k" })).Is("ack"),
            "the store answered again");
        Assert.Equal(3, (await client.SayAsync("lobby", "after")).Number("seq"));
        foreach (var text in new[] { "before", "during", "after" }) Assert.Equal(text, (await client.MessageAsync("lobby")).Text("text"));
    }

    [Fact]
    public async Task What_this_version_cannot_read_is_internal_for_a_command_and_1011_for_a_connection()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var client = await gateway.ConnectToAsync("alice", "lobby");
        await using var bob = await gateway.ConnectAsync("bob");
        using (var other = gateway.OpenDatabase())
        {
            Execute(other, "PRAGMA ignore_check_constraints = 1");
            Execute(other, "UPDATE members SET role = 'emperor' WHERE user = 'alice'");
        }

        var error = await client.RefusedAsync(new { type = "rooms" }, "internal");
        Assert.False(error.Flag("retryable"));
        // A fault tells a client nothing of the inside; the operator finds it in the log.
        Assert.DoesNotContain("emperor", error.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(gateway.Faults, fault => fault.Contains("emperor", StringComparison.Ordinal));
        await using var refused = await ChatClient.OpenAsync(gateway.Json("alice"));
        var goodbye = await refused.TakeAsync("goodbye");
        Assert.Equal((1011, true), ((int)goodbye.Number("code"), goodbye.Flag("reconnect")));
        Assert.Equal(1011, (await refused.ClosedAsync()).Code);
        // Others do not notice.
        await bob.JoinAsync("lobby");
    }

    [Fact]
    public async Task A_gateway_without_its_tables_is_alive_and_not_ready_and_refuses_to_connect_with_1013()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var http = new HttpClient { BaseAddress = gateway.Http };
        await ReadyAsync(HttpStatusCode.OK);
        using var other = gateway.OpenDatabase();
        Execute(other, "ALTER TABLE rooms RENAME TO elsewhere");
        await ReadyAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz/live")).StatusCode);
        await using (var refused = await ChatClient.OpenAsync(gateway.Json("alice")))
        {
            var goodbye = await refused.TakeAsync("goodbye");
            Assert.Equal((1013, true), ((int)goodbye.Number("code"), goodbye.Flag("reconnect")));
            Assert.Equal(1013, (await refused.ClosedAsync()).Code);
        }

        Execute(other, "ALTER TABLE elsewhere RENAME TO rooms");
        await ReadyAsync(HttpStatusCode.OK);
        await using var client = await gateway.ConnectToAsync("alice", "lobby");
        await client.SayAsync("lobby", "hi");

        // What it saw a moment ago, it says for a moment.
        Task ReadyAsync(HttpStatusCode status) => Patience.UntilAsync(
            async () => (await http.GetAsync("/healthz/ready")).StatusCode == status, $"it was {status}");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
