using System.Text.Json;

namespace OrleansChat.Cluster.Tests.Clients;

// What it says and what it is told. All under the lock.
internal sealed partial class ChatClient
{
    private const int HistoryPage = 200;
    private const int MostRemembered = 200;
    private static readonly TimeSpan RefusalPause = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<long, Action<JsonElement>> _replies = [];
    private readonly Dictionary<RoomStream, long> _rejoins = [];
    private readonly List<Unacknowledged> _unacknowledged = [];
    private readonly List<(RoomStream Stream, string Key, string Text)> _acknowledged = [];
    private long _lastId;
    private int _lastKey;

    public int UnacknowledgedCount
    {
        get
        {
            lock (_lock) return _unacknowledged.Count;
        }
    }

    /// <summary>Makes a message, and sends it until it is acknowledged.</summary>
    public void Say(RoomStream stream, int length)
    {
        lock (_lock)
        {
            var key = $"{User}-{++_lastKey}";
            var message = new Unacknowledged(stream, key, $"{key} {new string('x', length)}", Clock.GetTimestamp());
            stream.Ledger.Send(new(User, message.Key, message.Text));
            _unacknowledged.Add(message);
            if (stream.IsJoined) Post(message);
        }
    }

    /// <summary>Sends something again that was acknowledged long ago, as who never learned of it does.</summary>
    public void Repeat(int which)
    {
        lock (_lock)
        {
            if (_acknowledged.Count == 0 || _wire is null) return;
            var (stream, key, text) = _acknowledged[which % _acknowledged.Count];
            if (!stream.IsJoined) return;
            Write(new
            {
                type = "send",
                id = NextId(reply =>
                {
                    if (Type(reply) == "error") Refused(reply);
                    else Acknowledged(stream, key, reply, mustBeKnown: true);
                }),
                room = stream.Room,
                text,
                key,
            });
        }
    }

    private long NextId(Action<JsonElement> onReply)
    {
        _replies.Add(++_lastId, onReply);
        return _lastId;
    }

    private void Take(Wire? wire, JsonElement frame)
    {
        lock (_lock)
        {
            if (wire != _wire) return;
            _heardAt = Clock.GetTimestamp();
            _isAsking = false;
            if (frame.TryGetProperty("id", out var id))
            {
                if (_replies.Remove(id.GetInt64(), out var onReply)) onReply(frame);
                else _around.Violations.Note($"{User} was answered what it had not asked: {frame}");
                return;
            }

            switch (Type(frame))
            {
                case "message": StreamOf(frame)?.TakeLive(frame); break;
                case "presence": StreamOf(frame)?.TakePresence(frame); break;
                case "goodbye": TakeGoodbye(frame); break;
                case "room" when !frame.TryGetProperty("removed", out _): break;
                default: _around.Violations.Note($"{User} was sent {frame}"); break;
            }
        }
    }

    private void Write(object command)
    {
        // A queue that is full will not be answered: the next connection begins anew.
        if (!_wire!.Write(command)) _wire.Abort();
    }

    private RoomStream? StreamOf(JsonElement frame)
    {
        if (_streams.TryGetValue(frame.GetProperty("room").GetString()!, out var stream)) return stream;
        _around.Violations.Note($"{User} was sent an event of a room that it had not joined: {frame}");
        return null;
    }

    private void TakeGoodbye(JsonElement goodbye)
    {
        if (!goodbye.GetProperty("reconnect").GetBoolean()) _around.Violations.Note($"{User} was sent away for good: {goodbye}");
        if (goodbye.TryGetProperty("afterMs", out var afterMs)) _afterMs = afterMs.GetDouble();
    }

    private void Join(RoomStream stream) => Write(stream.Join(NextId(reply =>
    {
        if (Type(reply) == "error")
        {
            Refused(reply);
            _rejoins[stream] = Clock.GetTimestamp();
            return;
        }

        stream.Joined(reply);
        Resend(other => other == stream);
        CatchUp(stream);
    })));

    private void RejoinRefused()
    {
        foreach (var stream in _rejoins.Where(pair => Clock.GetElapsedTime(pair.Value) > RefusalPause).Select(pair => pair.Key).ToList())
        {
            _rejoins.Remove(stream);
            Join(stream);
        }
    }

    // What the server did not replay is read page by page; what comes live meanwhile waits.
    private void CatchUp(RoomStream stream)
    {
        if (stream.IsLive)
        {
            if (_isCaughtUp || !_streams.Values.All(s => s.IsLive)) return;
            _isCaughtUp = true;
            if (_connections > 1) _around.Figures.CatchingUp.Add(Clock.GetElapsedTime(_dialledAt));
            return;
        }

        var id = NextId(reply =>
        {
            if (Type(reply) == "error")
            {
                Refused(reply);
                _rejoins[stream] = Clock.GetTimestamp();
                return;
            }

            stream.TakePage(reply);
            CatchUp(stream);
        });
        Write(new { type = "history", id, room = stream.Room, after = stream.Cursor, limit = HistoryPage });
    }

    private void Resend(Func<RoomStream, bool> where)
    {
        var now = Clock.GetTimestamp();
        foreach (var message in _unacknowledged.Where(m => !m.IsOnItsWay && m.NotBefore <= now && where(m.Stream))) Post(message);
    }

    private void Post(Unacknowledged message)
    {
        message.IsOnItsWay = true;
        var id = NextId(reply =>
        {
            message.IsOnItsWay = false;
            if (Type(reply) == "error")
            {
                Refused(reply);
                message.NotBefore = Clock.GetTimestamp() + (long)(RefusalPause.TotalSeconds * Clock.TimestampFrequency);
                return;
            }

            _unacknowledged.Remove(message);
            if (_acknowledged.Count == MostRemembered) _acknowledged.RemoveAt(0);
            _acknowledged.Add((message.Stream, message.Key, message.Text));
            Acknowledged(message.Stream, message.Key, reply, mustBeKnown: false);
            _around.Figures.Acknowledging.Add(Clock.GetElapsedTime(message.Since));
        });
        Write(new { type = "send", id, room = message.Stream.Room, text = message.Text, key = message.Key });
    }

    private void Acknowledged(RoomStream stream, string key, JsonElement ack, bool mustBeKnown)
    {
        var isDuplicate = ack.TryGetProperty("duplicate", out var duplicate) && duplicate.GetBoolean();
        if (isDuplicate) _around.Figures.AnsweredDuplicate();
        if (mustBeKnown && !isDuplicate) _around.Violations.Note($"{User} sent {key} again, which was taken for a new message: {ack}");
        if (ack.GetProperty("key").GetString() != key) _around.Violations.Note($"{User} sent {key} and was answered {ack}");
        stream.Ledger.Acknowledge(key, ack.GetProperty("seq").GetInt64());
    }

    // Anything but "try again" is wrong: nobody here does what is not allowed.
    private void Refused(JsonElement error)
    {
        _around.Figures.Refused();
        if (!error.GetProperty("retryable").GetBoolean()) _around.Violations.Note($"{User} was refused: {error}");
    }
}
