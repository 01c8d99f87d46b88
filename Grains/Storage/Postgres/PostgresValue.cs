using Npgsql;
using NpgsqlTypes;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>Values as parameters, and out of rows.</summary>
internal static class PostgresValue
{
    public static NpgsqlParameter Of(string? text) => Of(text, NpgsqlDbType.Text);

    public static NpgsqlParameter Of(long? number) => Of(number, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(bool flag) => Of(flag, NpgsqlDbType.Boolean);

    public static NpgsqlParameter Of(DateTimeOffset? time) => Of(ToUtc(time), NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Of(string?[]? texts) => Of(texts, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public static NpgsqlParameter Of(long[] numbers) => Of(numbers, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(long?[] numbers) => Of(numbers, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(DateTimeOffset?[] times) =>
        Of(Array.ConvertAll(times, ToUtc), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);

    /// <summary>The text in a column, or nothing.</summary>
    public static string? TextOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>The number in a column, or nothing.</summary>
    public static long? NumberOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>The time in a column, or nothing.</summary>
    public static DateTimeOffset? TimeOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : Time(row, column);

    /// <summary>The time in a column.</summary>
    public static DateTimeOffset Time(NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlParameter Of(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    // Whole milliseconds, as on the wire; the greatest time is the driver's way to say 'infinity'.
    private static DateTime? ToUtc(DateTimeOffset? time) => time switch
    {
        null => null,
        { } forGood when forGood == DateTimeOffset.MaxValue => DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc),
        { } some => DateTimeOffset.FromUnixTimeMilliseconds(some.ToUnixTimeMilliseconds()).UtcDateTime,
    };
}
