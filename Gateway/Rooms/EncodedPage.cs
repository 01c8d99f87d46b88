using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Rooms;

/// <summary>A page of a room's log as it is sent.</summary>
/// <param name="Messages">The events as JSON, ascending.</param>
/// <param name="FirstSeq">The seq of the first of them; 0 when there is none.</param>
/// <param name="LastSeq">The seq of the last of them; 0 when there is none.</param>
/// <param name="More">Whether there is more in the direction that was asked for.</param>
internal sealed record EncodedPage(IReadOnlyList<ReadOnlyMemory<byte>> Messages, long FirstSeq, long LastSeq, bool More)
{
    /// <summary>
    /// Encodes as much of a page as fits: one of long messages is cut short, and the side that was asked for first is kept.
    /// </summary>
    public static EncodedPage Fit(string room, EventPage page, bool newestFirst, int maxBytes)
    {
        var messages = new List<ReadOnlyMemory<byte>>();
        var bytes = 0;
        foreach (var sequenced in newestFirst ? page.Events.Reverse() : page.Events)
        {
            var message = new RoomFrame(room, sequenced).Json;
            bytes += message.Length;
            if (bytes > maxBytes && messages.Count > 0) break;
            messages.Add(message);
        }

        if (messages.Count == 0) return new EncodedPage([], 0, 0, page.More);
        if (newestFirst) messages.Reverse();
        var first = page.Events[newestFirst ? ^messages.Count : 0].Seq;
        return new EncodedPage(messages, first, first + messages.Count - 1, page.More || messages.Count < page.Events.Length);
    }
}
