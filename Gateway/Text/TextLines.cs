using System.Globalization;
using System.Text;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Text;

/// <summary>The lines of the text endpoint.</summary>
internal static class TextLines
{
    /// <summary>An event; a message has the room's name before it when it is not where the reader is.</summary>
    public static ReadOnlyMemory<byte> Event(string room, RoomEvent message, bool tagged)
    {
        if (message.Kind != RoomEventKind.Message) return Note(Deed(room, message));
        var tag = ChatId.IsDirect(room, out _, out _) ? "(direct) " : tagged ? $"[{room}] " : "";
        return Encode($"{tag}{message.From}: {message.Text}");
    }

    /// <summary>An event of the past.</summary>
    public static ReadOnlyMemory<byte> Past(string room, RoomEvent message) => Encode(string.Create(
        CultureInfo.InvariantCulture,
        $"* {message.At.UtcDateTime:yyyy-MM-dd HH:mm} {(message.Kind == RoomEventKind.Message ? $"{message.From}: {message.Text}" : Deed(room, message))}"));

    /// <summary>Something that the server says.</summary>
    public static ReadOnlyMemory<byte> Note(string text) => Encode($"* {text}");

    /// <summary>Something that went wrong.</summary>
    public static ReadOnlyMemory<byte> Error(string text) => Encode($"! {text}");

    /// <summary>Who else is online in a room.</summary>
    public static string Company(string room, string user, IEnumerable<string> others, int online)
    {
        var names = others.Where(other => other != user).ToList();
        var with = names.Count > 0 ? $" with {string.Join(", ", names)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"you are in {room}{with} ({online} online)");
    }

    private static string Deed(string room, RoomEvent done)
    {
        var why = done.Text.Length > 0 ? $": {done.Text}" : "";
        return done.Kind switch
        {
            RoomEventKind.Topic when done.Text.Length == 0 => $"{done.From} cleared the topic of {room}",
            RoomEventKind.Topic => $"{done.From} set the topic of {room}{why}",
            RoomEventKind.Archived => $"{done.From} archived {room}{why}",
            _ => $"{done.From} restored {room}{why}",
        };
    }

    // One line, and nothing that a terminal obeys: a message must not look like two, or clear the screen.
    private static ReadOnlyMemory<byte> Encode(string line)
    {
        if (line.All(IsPlain)) return Encoding.UTF8.GetBytes(line);
        var clean = line.ReplaceLineEndings(" ⏎ ");
        return Encoding.UTF8.GetBytes(string.Create(clean.Length, clean, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = IsPlain(source[i]) ? source[i] : source[i] == '\t' ? ' ' : '�';
        }));
    }

    // Unicode's own separators of lines and paragraphs are no control characters, and end a line all the same.
    private static bool IsPlain(char c) => !char.IsControl(c) && c is not ('\u2028' or '\u2029');
}
