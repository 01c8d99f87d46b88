using System.Text.Json;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Json;

// What the subscribers of a room are sent.
internal static partial class JsonFrames
{
    public static ReadOnlyMemory<byte> Event(string room, RoomEvent sequenced) => sequenced.Kind switch
    {
        RoomEventKind.Message => Message(room, sequenced),
        RoomEventKind.Topic => Deed("topic", "topic", room, sequenced),
        RoomEventKind.Archived => Deed("archived", "reason", room, sequenced),
        RoomEventKind.Restored => Deed("restored", "reason", room, sequenced),
        _ => throw new ArgumentOutOfRangeException(nameof(sequenced), sequenced.Kind, "no such kind of event"),
    };

    public static ReadOnlyMemory<byte> Signal(string room, RoomSignal signal) => signal switch
    {
        PresenceSignal presence => Frame("presence", null, json =>
        {
            json.WriteString("room", room);
            if (presence.Online <= RoomRules.NamedPresence)
            {
                WriteStrings(json, "joined", presence.Joined);
                WriteStrings(json, "left", presence.Left);
            }

            json.WriteNumber("online", presence.Online);
        }),
        TypingSignal typing => Frame("typing", null, json =>
        {
            json.WriteString("room", room);
            json.WriteString("user", typing.User);
        }),
        ReadSignal read => Frame("read", null, json =>
        {
            json.WriteString("room", room);
            json.WriteString("user", read.User);
            json.WriteNumber("seq", read.Seq);
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "no such signal"),
    };

    private static ReadOnlyMemory<byte> Message(string room, RoomEvent message) => Frame("message", null, json =>
    {
        WriteSource(json, room, message);
        json.WriteString("text", message.Text);
        WriteTime(json, "at", message.At);
        WriteOptional(json, "key", message.Key);
        if (message.ReplyTo is { } replyTo) json.WriteNumber("replyTo", replyTo);
        if (message.Data is { } data)
        {
            json.WritePropertyName("data");
            json.WriteRawValue(data, skipInputValidation: true);
        }
    });

    // Something that was done to the room, with the text under the name of what it is.
    private static ReadOnlyMemory<byte> Deed(string type, string textField, string room, RoomEvent done) => Frame(type, null, json =>
    {
        WriteSource(json, room, done);
        if (done.Text.Length > 0) json.WriteString(textField, done.Text);
        WriteTime(json, "at", done.At);
    });

    private static void WriteSource(Utf8JsonWriter json, string room, RoomEvent sequenced)
    {
        json.WriteString("room", room);
        json.WriteNumber("seq", sequenced.Seq);
        json.WriteString("from", sequenced.From);
        WriteOptional(json, "name", sequenced.Name);
    }
}
