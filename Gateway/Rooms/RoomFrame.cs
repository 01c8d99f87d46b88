using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Text;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Rooms;

/// <summary>
/// An event or a signal of a room on its way to many clients: encoded once for each format that somebody wants, and
/// every client of that format is handed the same bytes.
/// </summary>
/// <remarks>A feed hands it to one client after the other, so that no two ask for an encoding at once.</remarks>
internal sealed class RoomFrame
{
    private ReadOnlyMemory<byte>? _json;
    private ReadOnlyMemory<byte>? _line;
    private ReadOnlyMemory<byte>? _taggedLine;

    public RoomFrame(string room, RoomEvent sequenced) => (Room, Event) = (room, sequenced);

    public RoomFrame(string room, RoomSignal signal) => (Room, Signal) = (room, signal);

    public string Room { get; }

    /// <summary>The event, if it is one.</summary>
    public RoomEvent? Event { get; }

    /// <summary>The signal, if it is one.</summary>
    public RoomSignal? Signal { get; }

    /// <summary>As a JSON object.</summary>
    public ReadOnlyMemory<byte> Json =>
        _json ??= Event is not null ? JsonFrames.Event(Room, Event) : JsonFrames.Signal(Room, Signal!);

    /// <summary>The event as a line for somebody whose current room this is.</summary>
    public ReadOnlyMemory<byte> Line => _line ??= TextLines.Event(Room, Event!, tagged: false);

    /// <summary>The event as a line for somebody whose current room is another.</summary>
    public ReadOnlyMemory<byte> TaggedLine => _taggedLine ??= TextLines.Event(Room, Event!, tagged: true);
}
