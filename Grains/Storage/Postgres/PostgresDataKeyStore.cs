using OrleansChat.Accounts;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>The keys that protect tokens, in PostgreSQL.</summary>
internal sealed class PostgresDataKeyStore(Func<string, PostgresWriter> writerOf, PostgresReader reader) : IDataKeyStore
{
    // No room or user has this name: ids have no blanks.
    private const string Owner = "data keys";

    public async Task<DataKeyRing> ListAsync() => DataKeyName.ToRing(await reader.ReadAsync(
        """SELECT name, xml FROM data_keys ORDER BY name COLLATE "C" """, static row => (row.GetString(0), row.GetString(1))));

    public Task<bool> AddAsync(long number, string xml, DateTimeOffset at) => writerOf(Owner).RunAsync(PostgresChange.Of(
        Owner,
        "INSERT INTO data_keys (name, xml, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true",
        PostgresValue.Of(DataKeyName.Of(number)),
        PostgresValue.Of(xml),
        PostgresValue.Of(at)));
}
