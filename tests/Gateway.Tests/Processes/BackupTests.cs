using System.Text.Json;
using Microsoft.Data.Sqlite;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Processes;

/// <summary>What docs/operations.md says of backups, done as it is said there.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task Who_has_seen_more_than_an_older_backup_holds_is_told_to_start_over_when_the_logs_were_renamed()
    {
        var joined = await RestoreAndComeBackAsync(RenameLogs());
        Assert.False(joined.Flag("recovered"));
        Assert.Empty(joined.Items("events"));
    }

    [Fact]
    public async Task Without_that_nobody_could_tell_the_new_messages_from_those_that_were_lost()
    {
        // Why the documentation has it done.
        var joined = await RestoreAndComeBackAsync(rename: null);
        Assert.True(joined.Flag("recovered"));
        Assert.Equal([11], joined.Items("events").Select(message => (int)message.Number("seq")));
    }

    // A client has ten messages, of which the backup holds five; when it comes back, there are eleven, six of them new.
    private static async Task<JsonElement> RestoreAndComeBackAsync(string? rename)
    {
        using var data = new DataDirectory();
        using var backup = new DataDirectory();
        string log;
        await using (var first = await GatewayProcess.StartAsync(data))
        {
            await using var client = await first.ConnectAsync("alice");
            log = (await client.JoinAsync("lobby")).Text("log");
            for (var i = 1; i <= 5; i++) await client.SayAsync("lobby", $"kept {i}");
            // While it runs, and somebody is writing.
            var writing = client.PostAsync(new { type = "read", room = "lobby", seq = 5 });
            Execute(data.Database, $"VACUUM INTO '{backup.Database}'");
            await client.ReplyAsync(await writing);
            for (var i = 6; i <= 10; i++) await client.SayAsync("lobby", $"lost {i}");
            await first.KillAsync();
        }

        foreach (var file in Directory.GetFiles(data.Path, "chat.db*")) File.Delete(file);
        File.Move(backup.Database, data.Database);
        if (rename is not null) Execute(data.Database, rename);

        await using var second = await GatewayProcess.StartAsync(data);
        await using var bob = await ChatClient.ConnectAsync(second.Json("bob", "rooms=lobby"));
        for (var i = 6; i <= 11; i++) Assert.Equal(i, (await bob.SayAsync("lobby", $"new {i}")).Number("seq"));
        await using var alice = await second.ConnectAsync("alice");
        return await alice.DoAsync(new { type = "join", room = "lobby", since = 10, log });
    }

    // The statement as it stands in the documentation.
    private static string RenameLogs()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "OrleansChat.sln"))) folder = folder.Parent;
        return File.ReadLines(Path.Combine(folder.FullName, "docs", "operations.md"))
            .Select(line => line.Trim())
            .First(line => line.StartsWith("UPDATE rooms SET log", StringComparison.Ordinal));
    }

    private static void Execute(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
