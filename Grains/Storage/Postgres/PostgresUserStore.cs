namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Users in PostgreSQL.</summary>
internal sealed class PostgresUserStore(Func<string, PostgresWriter> writerOf) : IUserStore
{
    public Task SetNameAsync(string user, string? name, DateTimeOffset at)
    {
        StoredText.Check(name, "name");
        return writerOf(user).RunAsync(new PostgresStatement<bool>(
            user,
            "INSERT INTO users (user_id, name, created_at) VALUES ($1, $2, $3) "
            + "ON CONFLICT (user_id) DO UPDATE SET name = excluded.name RETURNING true",
            row => row is not null,
            PostgresValue.Of(user),
            PostgresValue.Of(name),
            PostgresValue.Of(at)));
    }
}
