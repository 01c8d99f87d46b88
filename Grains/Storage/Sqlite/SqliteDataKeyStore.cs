using OrleansChat.Accounts;

namespace OrleansChat.Grains.Storage.Sqlite;

/// <summary>The keys that protect tokens, in SQLite.</summary>
internal sealed class SqliteDataKeyStore(SqliteWriter writer, SqliteReader reader) : IDataKeyStore
{
    public Task<DataKeyRing> ListAsync() => reader.ReadAsync(session => DataKeyName.ToRing(session.Query(
        "SELECT name, xml FROM data_keys ORDER BY name", static row => (row.GetString(0), row.GetString(1)))));

    public Task<bool> AddAsync(long number, string xml, DateTimeOffset at) => writer.RunAsync(session => session.Execute(
        "INSERT INTO data_keys (name, xml, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        DataKeyName.Of(number),
        xml,
        SqliteText.Of(at)) > 0);
}
