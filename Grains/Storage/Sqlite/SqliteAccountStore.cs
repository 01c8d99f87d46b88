using Microsoft.Data.Sqlite;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>Accounts in SQLite.</summary>
internal sealed class SqliteAccountStore(SqliteWriter writer, SqliteReader reader) : IAccountStore
{
    public Task<StoredAccount?> FindAsync(string user) => reader.ReadAsync(session => session.QueryFirst(
        "SELECT a.folded, u.name, a.password_hash, a.stamp, a.failures, a.locked_until, a.sessions, a.version, a.created_at "
        + "FROM accounts a LEFT JOIN users u ON u.user = a.user WHERE a.user = $1",
        row => ToAccount(user, row),
        user));

    public Task<long> CountAsync() =>
        reader.ScanAsync(ScanQueue.Server, static session => session.Query("SELECT count(*) FROM accounts", static row => row.GetInt64(0))[0]);

    public Task<bool> CreateAsync(StoredAccount account)
    {
        StoredText.Check(account.Name, "name");
        return writer.RunAsync(session =>
        {
            var created = session.Execute(
                "INSERT INTO accounts (user, folded, password_hash, stamp, failures, locked_until, sessions, version, created_at) "
                + "VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8) ON CONFLICT DO NOTHING",
                account.User,
                account.Folded,
                account.PasswordHash,
                account.Stamp,
                account.Failures,
                SqliteText.OfOrNull(account.LockedUntil),
                account.Sessions,
                SqliteText.Of(account.CreatedAt));
            if (created == 0) return false;
            SqliteUserStore.SetName(session, account.User, account.Name, account.CreatedAt);
            return true;
        });
    }

    public Task<bool> UpdateAsync(StoredAccount account) => writer.RunAsync(session => session.Execute(
        "UPDATE accounts SET password_hash = $3, stamp = $4, failures = $5, locked_until = $6, sessions = $7, version = version + 1 "
        + "WHERE user = $1 AND version = $2",
        account.User,
        account.Version,
        account.PasswordHash,
        account.Stamp,
        account.Failures,
        SqliteText.OfOrNull(account.LockedUntil),
        account.Sessions) > 0);

    private static StoredAccount ToAccount(string user, SqliteDataReader row) => new(
        user,
        Folded: row.GetString(0),
        Name: SqliteSession.TextOrNull(row, 1),
        PasswordHash: row.GetString(2),
        Stamp: row.GetString(3),
        Failures: row.GetInt32(4),
        LockedUntil: SqliteText.ToTimeOrNull(SqliteSession.TextOrNull(row, 5)),
        Sessions: row.GetString(6),
        Version: row.GetInt64(7),
        CreatedAt: SqliteText.ToTime(row.GetString(8)));
}
