using System.Collections.Frozen;
using System.Collections.Immutable;

namespace OrleansChat.Gateway.Authentication;

/// <summary>The rooms that a token is good for: all that its user may enter, or those that it names and no other.</summary>
internal sealed class TokenScope
{
    private readonly FrozenSet<string>? _rooms;

    private TokenScope(FrozenSet<string>? rooms) => _rooms = rooms;

    /// <summary>All rooms.</summary>
    public static TokenScope All { get; } = new(null);

    /// <summary>Whether the token is limited to some rooms.</summary>
    public bool IsLimited => _rooms is not null;

    /// <summary>The rooms that it is limited to; none when it is good for all.</summary>
    public ImmutableArray<string>? Rooms => _rooms?.Items;

    /// <summary>These rooms alone.</summary>
    public static TokenScope Of(IEnumerable<string> rooms) => new(rooms.ToFrozenSet(StringComparer.Ordinal));

    /// <summary>Whether the token is good for a room.</summary>
    public bool Has(string room) => _rooms?.Contains(room) != false;

    /// <summary>Refuses a room that the token is not good for, whether it exists or not.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Forbidden"/>.</exception>
    public void Check(string room)
    {
        if (!Has(room)) throw new ChatException(ChatErrorCode.Forbidden, $"your token is not for '{room}'", "room");
    }

    /// <summary>Refuses what concerns no room when the token is limited to rooms.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.Forbidden"/>.</exception>
    public void CheckAll()
    {
        if (IsLimited) throw new ChatException(ChatErrorCode.Forbidden, "your token is limited to rooms");
    }
}
