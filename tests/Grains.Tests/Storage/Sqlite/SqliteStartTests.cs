using OrleansChat.Grains.Storage;

namespace OrleansChat.Grains.Tests.Storage.Sqlite;

public sealed class SqliteStartTests
{
    [Fact]
    public void The_first_start_makes_the_directory_and_migrates_once()
    {
        using var folder = new TempFolder();
        var directory = folder.File("deep/down");
        SqliteTempStore.Open(directory).Dispose();
        var first = SchemaVersions(directory);
        SqliteTempStore.Open(directory).Dispose();

        Assert.NotEmpty(first);
        Assert.Equal(Enumerable.Range(1, first.Count), first.Select(v => (int)v.Version));
        Assert.Equal(first, SchemaVersions(directory));
    }

    [Fact]
    public async Task Opening_the_file_sets_the_write_ahead_log_and_full_synchronous()
    {
        using var temp = new SqliteTempStore();
        var pragmas = await temp.Store.Writer.RunAsync(session =>
            (Journal: session.QueryFirst("PRAGMA journal_mode", static row => row.GetString(0)),
                Synchronous: session.QueryFirst("PRAGMA synchronous", static row => row.GetString(0))));
        Assert.Equal(("wal", "2"), pragmas);
    }

    [Fact]
    public void A_database_of_a_newer_schema_is_refused_and_left_alone()
    {
        using var folder = new TempFolder();
        SqliteTempStore.Open(folder.Path).Dispose();
        using (var connection = SqliteTempStore.Connect(folder.File("chat.db")))
            SqliteTempStore.Execute(connection, "INSERT INTO schema_versions (version, applied_at) VALUES (9999, 'tomorrow')");

        var error = RefusedToStart(folder.Path);
        Assert.Contains(folder.File("chat.db"), error.Message, StringComparison.Ordinal);
        Assert.Contains("9999", error.Message, StringComparison.Ordinal);
        Assert.Equal(9999, SchemaVersions(folder.Path)[^1].Version);
    }

    [Fact]
    public void A_file_that_is_not_a_database_is_refused_and_left_alone()
    {
        using var folder = new TempFolder();
        var text = string.Concat(Enumerable.Repeat("this is a shopping list, and not a database\n", 100));
        File.WriteAllText(folder.File("chat.db"), text);

        var error = RefusedToStart(folder.Path);
        Assert.Contains(folder.File("chat.db"), error.Message, StringComparison.Ordinal);
        Assert.Contains("not an SQLite database", error.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(folder.File("chat.db")));
    }

    [Fact]
    public void A_data_directory_that_is_a_file_is_refused()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("data"), "");

        var error = RefusedToStart(folder.File("data"));
        Assert.Contains(folder.File("data"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_is_a_directory_is_refused()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("chat.db"));

        var error = RefusedToStart(folder.Path);
        Assert.Contains(folder.File("chat.db"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_without_leave_to_write_is_refused()
    {
        // To the superuser no directory is closed.
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "runs as a superuser");
        using var folder = new TempFolder();
        var closed = Directory.CreateDirectory(folder.File("closed")).FullName;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var error = RefusedToStart(closed);
        Assert.Contains(closed, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_another_store_holds_is_refused_until_that_one_closes()
    {
        using var folder = new TempFolder();
        var holder = SqliteTempStore.Open(folder.Path);
        var error = RefusedToStart(folder.Path);
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);

        holder.Dispose();
        SqliteTempStore.Open(folder.Path).Dispose();
    }

    [Fact]
    public void A_start_that_failed_leaves_the_directory_free()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("chat.db"), new string('x', 4096));
        RefusedToStart(folder.Path);
        File.Delete(folder.File("chat.db"));
        SqliteTempStore.Open(folder.Path).Dispose();
    }

    private static StoreStartException RefusedToStart(string directory)
    {
        using var store = SqliteTempStore.Unopened(directory);
        return Assert.Throws<StoreStartException>(store.Open);
    }

    private static List<(long Version, string AppliedAt)> SchemaVersions(string directory)
    {
        using var connection = SqliteTempStore.Connect(Path.Combine(directory, "chat.db"));
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT version, applied_at FROM schema_versions ORDER BY version";
        using var reader = command.ExecuteReader();
        var rows = new List<(long, string)>();
        while (reader.Read()) rows.Add((reader.GetInt64(0), reader.GetString(1)));
        return rows;
    }
}
