using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Limits;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Json;

/// <summary>The frames of <c>chat.v1</c> that the server sends: docs/protocol.md.</summary>
internal static partial class JsonFrames
{
    public const string Protocol = "chat.v1";

    // Read by JSON parsers and by people, never put into HTML as it is: letters of all scripts stay letters.
    internal static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static ReadOnlyMemory<byte> Welcome(Connection connection, ImmutableArray<RoomEntry> rooms, ChatLimits limits) =>
        Frame("welcome", null, json =>
        {
            json.WriteString("protocol", Protocol);
            json.WriteString("user", connection.User);
            WriteOptional(json, "name", connection.Name);
            if (connection.Caller.IsAdministrator) json.WriteBoolean("admin", true);
            json.WriteString("connection", connection.Id);
            json.WriteStartArray("rooms");
            foreach (var entry in rooms)
            {
                json.WriteStartObject();
                WriteEntry(json, entry);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("limits");
            json.WriteNumber("frameBytes", limits.FrameBytes);
            json.WriteNumber("textBytes", limits.TextBytes);
            json.WriteNumber("dataBytes", limits.DataBytes);
            json.WriteNumber("commandsPerSecond", limits.CommandsPerSecond);
            json.WriteNumber("commandBurst", limits.CommandBurst);
            json.WriteEndObject();
        });

    public static ReadOnlyMemory<byte> Joined(string? id, RoomView view, FeedAnswer answer) => Frame("joined", id, json =>
    {
        WriteView(json, view);
        json.WriteNumber("lastSeq", answer.LastSeq);
        json.WriteNumber("readSeq", view.Entry.ReadSeq);
        json.WriteNumber("online", answer.Presence.Online);
        WriteStrings(json, "users", answer.Presence.Sample);
        json.WriteBoolean("recovered", answer.Recovered);
        json.WriteStartArray("events");
        foreach (var frame in answer.Events) json.WriteRawValue(frame.Json.Span, skipInputValidation: true);
        json.WriteEndArray();
    });

    public static ReadOnlyMemory<byte> Created(string id, RoomView view) => Frame("created", id, json =>
    {
        WriteView(json, view);
        json.WriteNumber("lastSeq", view.Entry.LastSeq);
        json.WriteNumber("readSeq", view.Entry.ReadSeq);
    });

    public static ReadOnlyMemory<byte> Ack(string id, string room, string? key, SendOutcome outcome) => Frame("ack", id, json =>
    {
        json.WriteString("room", room);
        json.WriteNumber("seq", outcome.Seq);
        WriteTime(json, "at", outcome.At);
        WriteOptional(json, "key", key);
        if (outcome.Duplicate) json.WriteBoolean("duplicate", true);
    });

    public static ReadOnlyMemory<byte> Left(string id, string room) =>
        Frame("left", id, json => json.WriteString("room", room));

    public static ReadOnlyMemory<byte> Ok(string id) => Frame("ok", id, static _ => { });

    /// <summary>A minute before a token's end.</summary>
    public static ReadOnlyMemory<byte> TokenExpiring(DateTimeOffset at) =>
        Frame("token_expiring", null, json => WriteTime(json, "at", at));

    public static ReadOnlyMemory<byte> Pong(string? id) => Frame("pong", id, static _ => { });

    /// <summary>A page of history, the messages encoded already.</summary>
    public static ReadOnlyMemory<byte> History(
        string? id, string room, IReadOnlyList<ReadOnlyMemory<byte>> messages, bool more) => Frame("history", id, json =>
    {
        json.WriteString("room", room);
        json.WriteStartArray("messages");
        foreach (var message in messages) json.WriteRawValue(message.Span, skipInputValidation: true);
        json.WriteEndArray();
        json.WriteBoolean("more", more);
    });

    public static ReadOnlyMemory<byte> Rooms(string? id, RoomListing listing) => Frame("rooms", id, json =>
    {
        json.WriteStartArray("rooms");
        foreach (var room in listing.Rooms)
        {
            json.WriteStartObject();
            json.WriteString("room", room.Room);
            json.WriteString("kind", Name(room.Kind));
            WriteOptional(json, "topic", room.Topic);
            json.WriteNumber("members", room.Members);
            json.WriteNumber("lastSeq", room.LastSeq);
            if (room.Archived) json.WriteBoolean("archived", true);
            json.WriteBoolean("member", room.Role is not null);
            if (room.Role is { } role)
            {
                json.WriteString("role", Name(role));
                json.WriteNumber("readSeq", room.ReadSeq);
                json.WriteNumber("unread", Math.Max(0, room.LastSeq - room.ReadSeq));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("more", listing.More);
    });

    public static ReadOnlyMemory<byte> Members(string? id, string room, MemberPage page) => Frame("members", id, json =>
    {
        json.WriteString("room", room);
        json.WriteStartArray("users");
        foreach (var member in page.Members)
        {
            json.WriteStartObject();
            json.WriteString("user", member.User);
            WriteOptional(json, "name", member.Name);
            json.WriteString("role", Name(member.Role));
            json.WriteBoolean("online", member.Online);
            WriteMute(json, member.MutedUntil);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("more", page.More);
    });

    public static ReadOnlyMemory<byte> Blocks(string? id, BlockPage page) => Frame("blocks", id, json =>
    {
        WriteStrings(json, "users", page.Users);
        json.WriteBoolean("more", page.More);
    });

    public static ReadOnlyMemory<byte> Error(string? id, ChatException refusal) => Frame("error", id, json =>
    {
        json.WriteString("code", Name(refusal.Code));
        json.WriteString("message", refusal.Message);
        WriteOptional(json, "field", refusal.Field);
        json.WriteBoolean("retryable", refusal.Code is ChatErrorCode.Unavailable or ChatErrorCode.RateLimited);
        if (refusal.RetryAfter is { } wait) json.WriteNumber("retryAfterMs", Math.Ceiling(wait.TotalMilliseconds));
    });

    public static ReadOnlyMemory<byte> Goodbye(CloseReason reason) => Frame("goodbye", null, json =>
    {
        json.WriteNumber("code", reason.Code);
        json.WriteString("reason", reason.Text);
        if (reason.Error is { } error) json.WriteString("error", Name(error));
        json.WriteBoolean("reconnect", reason.Reconnect);
        json.WriteNumber("afterMs", reason.AfterMs);
    });

    public static ReadOnlyMemory<byte> RoomChanged(string room, RoomEntry? entry) => Frame("room", null, json =>
    {
        if (entry is not null)
        {
            WriteEntry(json, entry);
            return;
        }

        json.WriteString("room", room);
        json.WriteBoolean("removed", true);
    });

    private static ReadOnlyMemory<byte> Frame(string type, string? id, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("type", type);
        if (id is not null)
        {
            json.WritePropertyName("id");
            json.WriteRawValue(id, skipInputValidation: true);
        }

        write(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteView(Utf8JsonWriter json, RoomView view)
    {
        json.WriteString("room", view.Entry.Room);
        json.WriteString("kind", Name(view.Entry.Kind));
        WriteOptional(json, "topic", view.Topic);
        json.WriteString("log", view.Log);
        json.WriteString("role", Name(view.Entry.Role));
        WriteLimits(json, view.Entry);
    }

    private static void WriteEntry(Utf8JsonWriter json, RoomEntry entry)
    {
        json.WriteString("room", entry.Room);
        json.WriteString("kind", Name(entry.Kind));
        json.WriteString("role", Name(entry.Role));
        json.WriteNumber("lastSeq", entry.LastSeq);
        json.WriteNumber("readSeq", entry.ReadSeq);
        json.WriteNumber("unread", entry.Unread);
        WriteLimits(json, entry);
    }

    // What is not so is not there.
    private static void WriteLimits(Utf8JsonWriter json, RoomEntry entry)
    {
        if (entry.Archived) json.WriteBoolean("archived", true);
        WriteMute(json, entry.MutedUntil);
    }

    private static void WriteMute(Utf8JsonWriter json, DateTimeOffset? until)
    {
        if (until is { } time) WriteTime(json, "mutedUntil", time);
    }

    private static void WriteOptional(Utf8JsonWriter json, string field, string? value)
    {
        if (value is not null) json.WriteString(field, value);
    }

    private static void WriteStrings(Utf8JsonWriter json, string field, ImmutableArray<string> values)
    {
        json.WriteStartArray(field);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string field, DateTimeOffset time)
    {
        Span<char> text = stackalloc char[WireTime.Length];
        WireTime.Format(time, text);
        json.WriteString(field, text);
    }

    private static string Name(RoomKind kind) => kind switch
    {
        RoomKind.Public => "public",
        RoomKind.Private => "private",
        _ => "direct",
    };

    private static string Name(MemberRole role) => role switch
    {
        MemberRole.Owner => "owner",
        MemberRole.Moderator => "moderator",
        _ => "member",
    };

    internal static string Name(ChatErrorCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());
}
