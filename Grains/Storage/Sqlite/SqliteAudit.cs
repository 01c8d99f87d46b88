namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>The audit in SQLite.</summary>
internal static class SqliteAudit
{
    /// <summary>Adds a record. In the same transaction as what it tells of.</summary>
    public static void Insert(SqliteSession session, AuditRecord record) => session.Execute(
        "INSERT INTO audit (at, room, action, by, user, until, detail, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        SqliteText.Of(record.At),
        record.Room,
        record.Action,
        record.By,
        record.User,
        SqliteText.OfOrNull(record.Until),
        record.Detail,
        record.Reason);
}
