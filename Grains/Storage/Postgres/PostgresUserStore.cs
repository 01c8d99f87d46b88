using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Users in PostgreSQL.</summary>
internal sealed class PostgresUserStore(Func<string, PostgresWriter> writerOf) : IUserStore
{
    public async Task<bool> SetBlockAsync(string user, string other, bool blocked, DateTimeOffset at)
    {
        if (blocked)
        {
            // The row that is there already is answered too.
            return await writerOf(user).RunAsync(PostgresChange.Of(
                user,
                "INSERT INTO blocks (user_id, blocked, at) SELECT $1, $2, $3 "
                + "WHERE (SELECT count(*) FROM blocks WHERE user_id = $1) < $4 "
                + "OR EXISTS (SELECT FROM blocks WHERE user_id = $1 AND blocked = $2) "
                + "ON CONFLICT (user_id, blocked) DO UPDATE SET at = blocks.at RETURNING true",
                PostgresValue.Of(user),
                PostgresValue.Of(other),
                PostgresValue.Of(at),
                PostgresValue.Of(RoomRules.MaxBlocks)));
        }

        await writerOf(user).RunAsync(PostgresChange.Of(
            user,
            "DELETE FROM blocks WHERE user_id = $1 AND blocked = $2 RETURNING true",
            PostgresValue.Of(user),
            PostgresValue.Of(other)));
        return true;
    }

    public Task SetNameAsync(string user, string? name, DateTimeOffset at)
    {
        StoredText.Check(name, "name");
        return writerOf(user).RunAsync(PostgresChange.Of(
            user,
            "INSERT INTO users (user_id, name, created_at) VALUES ($1, $2, $3) "
            + "ON CONFLICT (user_id) DO UPDATE SET name = excluded.name RETURNING true",
            PostgresValue.Of(user),
            PostgresValue.Of(name),
            PostgresValue.Of(at)));
    }

    public Task SetAccessAsync(string user, UserAccess access, AuditRecord audit)
    {
        StoredText.Check(audit.Reason, "reason");
        return writerOf(user).RunAsync(PostgresChange.Of(
            user,
            "WITH changed AS (INSERT INTO users (user_id, created_at, tokens_from, suspended_until) VALUES ($1, $2, $3, $4) "
            + "ON CONFLICT (user_id) DO UPDATE SET tokens_from = greatest(users.tokens_from, excluded.tokens_from), "
            + "suspended_until = CASE WHEN $5 IN ('suspend', 'unsuspend') THEN excluded.suspended_until ELSE users.suspended_until END), "
            + "audited AS (INSERT INTO audit (at, action, by, user_id, until, reason) VALUES ($2, $5, $6, $1, $7, $8)) "
            + "SELECT true",
            PostgresValue.Of(user),
            PostgresValue.Of(audit.At),
            PostgresValue.Of(access.TokensFrom),
            PostgresValue.Of(access.SuspendedUntil),
            PostgresValue.Of(audit.Action),
            PostgresValue.Of(audit.By),
            PostgresValue.Of(audit.Until),
            PostgresValue.Of(audit.Reason)));
    }
}
