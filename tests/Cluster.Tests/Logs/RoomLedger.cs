namespace OrleansChat.Cluster.Tests.Logs;

/// <summary>
/// What is known of a room's log from outside: what was sent to it, what was acknowledged, and what any client saw at
/// each seq. All clients of the room hold theirs against it as it comes.
/// </summary>
internal sealed class RoomLedger(string room, Violations violations, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (LogEntry Entry, int Number)> _sent = [];
    private readonly Dictionary<string, long> _acknowledged = [];
    private readonly Dictionary<long, long> _acknowledgedAt = [];
    private readonly Dictionary<long, LogEntry> _seen = [];
    private long _waitingSince;

    public string Room { get; } = room;

    /// <summary>The longest time in which messages waited and none was acknowledged.</summary>
    public TimeSpan LongestStall { get; private set; }

    /// <summary>The newest message that was acknowledged, counted from 1 in the order in which they were made.</summary>
    public int NewestAcknowledged { get; private set; }

    /// <summary>How many were made.</summary>
    public int Sent
    {
        get
        {
            lock (_lock) return _sent.Count;
        }
    }

    /// <summary>Somebody has made a message, and sends it until it is acknowledged.</summary>
    public void Send(LogEntry entry)
    {
        lock (_lock)
        {
            if (_sent.Count == _acknowledged.Count) _waitingSince = clock.GetTimestamp();
            _sent.Add(entry.Key, (entry, _sent.Count + 1));
        }
    }

    /// <summary>An acknowledgement came.</summary>
    /// <returns>Whether it was the first of this message.</returns>
    public bool Acknowledge(string key, long seq)
    {
        lock (_lock)
        {
            var first = _acknowledged.TryAdd(key, seq);
            if (_acknowledged[key] != seq)
                violations.Note($"{Room}: {key} was acknowledged as {_acknowledged[key]}, and then as {seq}");
            if (!first) return false;
            _acknowledgedAt.TryAdd(seq, clock.GetTimestamp());
            NewestAcknowledged = Math.Max(NewestAcknowledged, _sent[key].Number);
            var waited = clock.GetElapsedTime(_waitingSince);
            if (waited > LongestStall) LongestStall = waited;
            _waitingSince = clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>How long ago the message at a seq was acknowledged; zero if it is not known to be.</summary>
    public TimeSpan SinceAcknowledged(long seq)
    {
        lock (_lock) return _acknowledgedAt.TryGetValue(seq, out var at) ? clock.GetElapsedTime(at) : TimeSpan.Zero;
    }

    /// <summary>A client was handed a message.</summary>
    public void See(string client, long seq, LogEntry entry)
    {
        lock (_lock)
        {
            if (_seen.TryGetValue(seq, out var before))
            {
                if (before != entry) violations.Note($"{Room}: {client} saw {entry} as {seq}, where others had seen {before}");
                return;
            }

            _seen.Add(seq, entry);
            if (!_sent.TryGetValue(entry.Key, out var sent) || sent.Entry != entry)
                violations.Note($"{Room}: {client} saw {entry} as {seq}, which nobody had sent");
        }
    }

    /// <summary>Holds the log, read by somebody who had no part in it, against all that is known of it.</summary>
    /// <param name="source">Where it was read.</param>
    /// <param name="log">The log from seq 1 on.</param>
    public void Compare(string source, IReadOnlyList<LogEntry> log)
    {
        lock (_lock)
        {
            var seqs = new Dictionary<string, long>();
            for (var i = 0; i < log.Count; i++)
            {
                if (!seqs.TryAdd(log[i].Key, i + 1))
                    violations.Note($"{Room}: {source} has {log[i].Key} twice, as {seqs[log[i].Key]} and as {i + 1}");
                if (!_sent.TryGetValue(log[i].Key, out var sent) || sent.Entry != log[i])
                    violations.Note($"{Room}: {source} has {log[i]} as {i + 1}, which nobody had sent");
                if (_seen.TryGetValue(i + 1, out var seen) && seen != log[i])
                    violations.Note($"{Room}: {source} has {log[i]} as {i + 1}, where clients saw {seen}");
            }

            foreach (var (key, seq) in _acknowledged)
            {
                if (seqs.GetValueOrDefault(key) != seq)
                    violations.Note($"{Room}: {key} was acknowledged as {seq}; {source} has it as {seqs.GetValueOrDefault(key)}");
            }

            foreach (var key in _sent.Keys.Where(key => !_acknowledged.ContainsKey(key)))
                violations.Note($"{Room}: {key} was never acknowledged");
            foreach (var seq in _seen.Keys.Where(seq => seq > log.Count))
                violations.Note($"{Room}: clients saw {seq}, and {source} ends with {log.Count}");
        }
    }
}
