using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>All that a deed could change, as it is on the disk.</summary>
internal sealed record RoomState(
    bool Exists,
    string? Topic,
    bool IsArchived,
    long LastSeq,
    ImmutableSortedDictionary<string, MemberState> Members,
    ImmutableSortedSet<string> Banned,
    ImmutableSortedSet<string> Blocks)
{
    /// <summary>Reads a room, and the blocks that concern a user.</summary>
    public static RoomState Read(SqliteConnection database, string room, string user)
    {
        var head = Query(
            database,
            "SELECT topic, archived_at IS NOT NULL, last_seq FROM rooms WHERE room = $room",
            row => (Topic: row.IsDBNull(0) ? null : row.GetString(0), IsArchived: row.GetBoolean(1), LastSeq: row.GetInt64(2)),
            ("$room", room));
        var members = Query(
            database,
            "SELECT user, role, muted_until IS NOT NULL, read_seq FROM members WHERE room = $room",
            row => KeyValuePair.Create(row.GetString(0), new MemberState(row.GetString(1), row.GetBoolean(2), row.GetInt64(3))),
            ("$room", room));
        var banned = Query(database, "SELECT user FROM bans WHERE room = $room", row => row.GetString(0), ("$room", room));
        var blocks = Query(
            database,
            "SELECT user || ' has blocked ' || blocked FROM blocks WHERE user = $user OR blocked = $user",
            row => row.GetString(0),
            ("$user", user));
        return new RoomState(
            head.Count > 0,
            head.Count > 0 ? head[0].Topic : null,
            head.Count > 0 && head[0].IsArchived,
            head.Count > 0 ? head[0].LastSeq : 0,
            members.ToImmutableSortedDictionary(StringComparer.Ordinal),
            [.. banned],
            [.. blocks]);
    }

    public string? Role(string user) => Members.GetValueOrDefault(user)?.Role;

    public bool IsMuted(string user) => Members.GetValueOrDefault(user)?.IsMuted == true;

    /// <summary>Who may do what here, in words; two that read the same have the same permissions.</summary>
    public string Standings() => string.Join(
        "; ",
        Members.Select(m => $"{m.Key} is {m.Value.Role}{(m.Value.IsMuted ? ", muted" : "")}")
            .Concat(Banned.Select(user => $"{user} is banned"))
            .Concat(Blocks)
            .Append(Exists ? IsArchived ? "archived" : "open" : "not there"));

    public override string ToString() => $"{Standings()}; topic {Topic}; last {LastSeq}";

    private static List<T> Query<T>(
        SqliteConnection database, string sql, Func<SqliteDataReader, T> read, params (string Name, string Value)[] parameters)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read()) found.Add(read(rows));
        return found;
    }
}

/// <summary>A member of a room.</summary>
internal sealed record MemberState(string Role, bool IsMuted, long ReadSeq);
