using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Accounts in PostgreSQL.</summary>
internal sealed class PostgresAccountStore(Func<string, PostgresWriter> writerOf, PostgresReader reader) : IAccountStore
{
    public async Task<StoredAccount?> FindAsync(string user) => (await reader.ReadAsync(
        "SELECT a.folded, u.name, a.password_hash, a.stamp, a.failures, a.locked_until, a.sessions, a.version, a.created_at "
        + "FROM accounts a LEFT JOIN users u ON u.user_id = a.user_id WHERE a.user_id = $1",
        row => ToAccount(user, row),
        PostgresValue.Of(user))).FirstOrDefault();

    public Task<long> CountAsync() =>
        reader.PassAsync("accounts", "count(*)", static row => row.GetInt64(0), static (some, others) => some + others);

    public Task<bool> CreateAsync(StoredAccount account)
    {
        StoredText.Check(account.Name, "name");
        return RunAsync(
            account.User,
            "WITH created AS ("
            + "INSERT INTO accounts (user_id, folded, password_hash, stamp, failures, locked_until, sessions, version, created_at) "
            + "VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8) ON CONFLICT DO NOTHING RETURNING user_id), "
            + "named AS (INSERT INTO users (user_id, name, created_at) SELECT user_id, $9, $8 FROM created "
            + "ON CONFLICT (user_id) DO UPDATE SET name = excluded.name) "
            + "SELECT true FROM created",
            PostgresValue.Of(account.User),
            PostgresValue.Of(account.Folded),
            PostgresValue.Of(account.PasswordHash),
            PostgresValue.Of(account.Stamp),
            PostgresValue.Of(account.Failures),
            PostgresValue.Of(account.LockedUntil),
            PostgresValue.Of(account.Sessions),
            PostgresValue.Of(account.CreatedAt),
            PostgresValue.Of(account.Name));
    }

    public Task<bool> UpdateAsync(StoredAccount account) => RunAsync(
        account.User,
        "UPDATE accounts SET password_hash = $3, stamp = $4, failures = $5, locked_until = $6, sessions = $7, version = version + 1 "
        + "WHERE user_id = $1 AND version = $2 RETURNING true",
        PostgresValue.Of(account.User),
        PostgresValue.Of(account.Version),
        PostgresValue.Of(account.PasswordHash),
        PostgresValue.Of(account.Stamp),
        PostgresValue.Of(account.Failures),
        PostgresValue.Of(account.LockedUntil),
        PostgresValue.Of(account.Sessions));

    private Task<bool> RunAsync(string user, string sql, params NpgsqlParameter[] values) =>
        writerOf(user).RunAsync(PostgresChange.Of(user, sql, values));

    private static StoredAccount ToAccount(string user, NpgsqlDataReader row) => new(
        user,
        Folded: row.GetString(0),
        Name: PostgresValue.TextOrNull(row, 1),
        PasswordHash: row.GetString(2),
        Stamp: row.GetString(3),
        Failures: row.GetInt32(4),
        LockedUntil: PostgresValue.TimeOrNull(row, 5),
        Sessions: row.GetString(6),
        Version: row.GetInt64(7),
        CreatedAt: PostgresValue.Time(row, 8));
}
