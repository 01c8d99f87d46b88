using OrleansChat.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>Users in SQLite.</summary>
internal sealed class SqliteUserStore(SqliteWriter writer) : IUserStore
{
    public Task<bool> SetBlockAsync(string user, string other, bool blocked, DateTimeOffset at) => writer.RunAsync(session =>
    {
        if (!blocked)
        {
            session.Execute("DELETE FROM blocks WHERE user = $1 AND blocked = $2", user, other);
            return true;
        }

        // The row that is there already counts as changed.
        return session.Execute(
            "INSERT INTO blocks (user, blocked, at) SELECT $1, $2, $3 "
            + "WHERE (SELECT count(*) FROM blocks WHERE user = $1) < $4 "
            + "OR EXISTS (SELECT 1 FROM blocks WHERE user = $1 AND blocked = $2) "
            + "ON CONFLICT (user, blocked) DO UPDATE SET at = blocks.at",
            user,
            other,
            SqliteText.Of(at),
            RoomRules.MaxBlocks) == 1;
    });

    public Task SetNameAsync(string user, string? name, DateTimeOffset at)
    {
        StoredText.Check(name, "name");
        return writer.RunAsync(session => SetName(session, user, name, at));
    }

    public Task SetAccessAsync(string user, UserAccess access, AuditRecord audit)
    {
        StoredText.Check(audit.Reason, "reason");
        return writer.RunAsync(session =>
        {
            session.Execute(
                "INSERT INTO users (user, created_at, tokens_from, suspended_until) VALUES ($1, $2, $3, $4) "
                + "ON CONFLICT (user) DO UPDATE SET "
                + "tokens_from = nullif(max(coalesce(users.tokens_from, ''), coalesce(excluded.tokens_from, '')), ''), "
                + "suspended_until = CASE WHEN $5 IN ('suspend', 'unsuspend') THEN excluded.suspended_until ELSE users.suspended_until END",
                user,
                SqliteText.Of(audit.At),
                SqliteText.OfOrNull(access.TokensFrom),
                SqliteText.OfOrNull(access.SuspendedUntil),
                audit.Action);
            SqliteAudit.Insert(session, audit);
            return true;
        });
    }

    /// <summary>The same, as a part of other work.</summary>
    internal static int SetName(SqliteSession session, string user, string? name, DateTimeOffset at) => session.Execute(
        "INSERT INTO users (user, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (user) DO UPDATE SET name = excluded.name",
        user,
        name,
        SqliteText.Of(at));
}
