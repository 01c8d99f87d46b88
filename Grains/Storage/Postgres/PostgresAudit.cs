using Npgsql;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>The audit in PostgreSQL: a part of the statement whose change it tells of.</summary>
internal static class PostgresAudit
{
    /// <summary>The columns that <see cref="Values"/> has values for, in their order.</summary>
    public const string Columns = "at, action, by, user_id, until, detail, reason";

    /// <summary>The values of a record; without one, nothing but nulls.</summary>
    public static NpgsqlParameter[] Values(AuditRecord? audit) =>
    [
        PostgresValue.Of(audit?.At),
        PostgresValue.Of(audit?.Action),
        PostgresValue.Of(audit?.By),
        PostgresValue.Of(audit?.User),
        PostgresValue.Of(audit?.Until),
        PostgresValue.Of(audit?.Detail),
        PostgresValue.Of(audit?.Reason),
    ];
}
