using OrleansChat.Rooms;

namespace OrleansChat.Grains.Rooms;

/// <summary>Lets a user's typing through at most once in <see cref="RoomRules.TypingInterval"/>.</summary>
internal sealed class TypingThrottle(TimeProvider clock)
{
    private readonly Dictionary<string, long> _lastShown = [];

    public bool IsTime(string user)
    {
        var now = clock.GetTimestamp();
        if (_lastShown.TryGetValue(user, out var last) && clock.GetElapsedTime(last, now) < RoomRules.TypingInterval)
            return false;
        // Nobody above this number is shown anyway, so more entries than that are users who have stopped.
        if (_lastShown.Count > RoomRules.NamedPresence) _lastShown.Clear();
        _lastShown[user] = now;
        return true;
    }
}
