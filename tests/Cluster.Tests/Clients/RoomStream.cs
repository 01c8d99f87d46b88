using System.Text.Json;
using OrleansChat.Cluster.Tests.Logs;

namespace OrleansChat.Cluster.Tests.Clients;

/// <summary>
/// A room as one client has been handed it, over all its connections: one stream, in which each message must be the
/// one after the last. Checked as it comes.
/// </summary>
internal sealed class RoomStream(string client, RoomLedger ledger, Figures figures, Violations violations)
{
    // Fewer than what is replayed by default, and far from the bytes that are.
    private const int SurelyReplayed = 900;

    private readonly Queue<(long Seq, LogEntry Entry)> _held = new();
    private readonly SortedSet<string> _online = new(StringComparer.Ordinal);
    private long _onlineCount;
    private long _target;
    private string? _log;

    public RoomLedger Ledger { get; } = ledger;

    public string Room { get; } = ledger.Room;

    /// <summary>The last seq that the client has; -1 before it has joined for the first time.</summary>
    public long Cursor { get; private set; } = -1;

    /// <summary>The server has answered the join on the connection of the moment.</summary>
    public bool IsJoined { get; private set; }

    /// <summary>Joined, and everything up to the answer's newest seq is there.</summary>
    public bool IsLive => IsJoined && Cursor >= _target;

    /// <summary>Who is online as far as this client was told.</summary>
    public IReadOnlyCollection<string> Online => _online;

    /// <summary>Whether the count that it was told is that of the users that it was told of.</summary>
    public bool IsCountRight => _onlineCount == _online.Count;

    /// <summary>The connection is lost.</summary>
    public void Suspend()
    {
        IsJoined = false;
        _held.Clear();
    }

    /// <summary>The command that joins, or joins again from where the stream stands.</summary>
    public object Join(long id) => Cursor < 0
        ? new { type = "join", id, room = Room }
        : new { type = "join", id, room = Room, since = Cursor, log = _log };

    public void Joined(JsonElement answer)
    {
        var log = answer.GetProperty("log").GetString();
        if ((_log ??= log) != log) violations.Note($"{Room}: {client} was told of another log");
        var lastSeq = answer.GetProperty("lastSeq").GetInt64();
        if (Cursor < 0) Cursor = lastSeq;
        if (lastSeq < Cursor) violations.Note($"{Room}: {client} has {Cursor}, and was told that {lastSeq} is the newest");
        if (!answer.GetProperty("recovered").GetBoolean() && lastSeq - Cursor is > 0 and < SurelyReplayed)
            violations.Note($"{Room}: {client} has {Cursor}, and was not replayed what there is up to {lastSeq}");
        IsJoined = true;
        _target = lastSeq;
        // The answer, or the history that it leads to, has them all.
        _held.Clear();
        foreach (var message in answer.GetProperty("events").EnumerateArray()) Accept(Seq(message), Read(message));
        if (answer.GetProperty("recovered").GetBoolean() && Cursor != lastSeq)
            violations.Note($"{Room}: {client} was told to have recovered up to {lastSeq}, and has {Cursor}");
        _online.Clear();
        foreach (var user in answer.GetProperty("users").EnumerateArray()) _online.Add(user.GetString()!);
        _onlineCount = answer.GetProperty("online").GetInt64();
    }

    /// <summary>Takes a page of history that was asked for because the server did not replay what was missed.</summary>
    public void TakePage(JsonElement page)
    {
        figures.ReadPage();
        foreach (var message in page.GetProperty("messages").EnumerateArray())
        {
            // The page may reach beyond what it was asked for; from there on the live events have it.
            if (Seq(message) <= _target) Accept(Seq(message), Read(message));
        }

        if (!IsLive) return;
        while (_held.TryDequeue(out var held)) Accept(held.Seq, held.Entry);
    }

    public void TakeLive(JsonElement message)
    {
        if (!IsJoined) violations.Note($"{Room}: {client} was sent {Seq(message)} before its join was answered");
        else if (IsLive) TakeNow(message);
        else _held.Enqueue((Seq(message), Read(message)));
    }

    public void TakePresence(JsonElement signal)
    {
        foreach (var user in signal.GetProperty("joined").EnumerateArray()) _online.Add(user.GetString()!);
        foreach (var user in signal.GetProperty("left").EnumerateArray()) _online.Remove(user.GetString()!);
        _onlineCount = signal.GetProperty("online").GetInt64();
    }

    private void TakeNow(JsonElement message)
    {
        figures.Lagging.Add(Ledger.SinceAcknowledged(Seq(message)));
        Accept(Seq(message), Read(message));
    }

    private static long Seq(JsonElement message) => message.GetProperty("seq").GetInt64();

    private static LogEntry Read(JsonElement message) => new(
        message.GetProperty("from").GetString()!, message.GetProperty("key").GetString()!, message.GetProperty("text").GetString()!);

    private void Accept(long seq, LogEntry entry)
    {
        figures.Delivered();
        if (seq != Cursor + 1) violations.Note($"{Room}: {client} has {Cursor}, and was handed {seq}");
        Ledger.See(client, seq, entry);
        Cursor = seq;
    }
}
