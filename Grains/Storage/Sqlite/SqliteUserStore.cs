namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>Users in SQLite.</summary>
internal sealed class SqliteUserStore(SqliteWriter writer) : IUserStore
{
    public Task SetNameAsync(string user, string? name, DateTimeOffset at)
    {
        StoredText.Check(name, "name");
        return writer.RunAsync(session => session.Execute(
            "INSERT INTO users (user, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (user) DO UPDATE SET name = excluded.name",
            user,
            name,
            SqliteText.Of(at)));
    }
}
