using OrleansChat.Gateway.Authentication;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api.Requests;

/// <summary>The room that a path names.</summary>
/// <param name="Text">As it was sent.</param>
internal sealed record RoomId(string Text)
{
    /// <summary>Takes whatever was sent: what is wrong with it is said by <see cref="For"/>, with a code and a field.</summary>
    public static bool TryParse(string text, out RoomId room)
    {
        room = new RoomId(text);
        return true;
    }

    /// <summary>The id; there is no way to it that does not look whether the caller's token is good for the room.</summary>
    /// <exception cref="ChatException">It is not an id, or the token is not for this room.</exception>
    public string For(Caller caller)
    {
        var room = FieldRules.Room("room", Text);
        caller.Scope.Check(room);
        return room;
    }
}
