namespace OrleansChat.Rooms;

/// <summary>Numbers of the wire protocol that rooms and gateways share.</summary>
public static class RoomRules
{
    /// <summary>Above this many users online, presence carries the count alone, and typing is not shown.</summary>
    public const int NamedPresence = 500;

    /// <summary>At most this many users are named to somebody who joins.</summary>
    public const int PresenceSample = 100;

    /// <summary>In rooms of at most this many members everyone sees how far everyone has read.</summary>
    public const int SharedReadCursors = 50;

    /// <summary>The longest topic, in UTF-16 code units.</summary>
    public const int TopicLength = 250;

    /// <summary>The longest reason, in UTF-16 code units.</summary>
    public const int ReasonLength = 250;

    /// <summary>Who has this many rooms is invited into no other one but by administrators.</summary>
    public const int MaxRoomsOfInvited = 1_000;

    /// <summary>A user blocks at most this many others.</summary>
    public const int MaxBlocks = 1_000;

    /// <summary>A user's typing is shown at most once in this time.</summary>
    public static readonly TimeSpan TypingInterval = TimeSpan.FromSeconds(3);

    /// <summary>Presence is gathered for this long before it is told.</summary>
    public static readonly TimeSpan PresenceInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a gateway renews a route.</summary>
    public static readonly TimeSpan RouteRenewalInterval = TimeSpan.FromSeconds(10);

    /// <summary>A route that was not renewed for this long is dropped, and its users go offline in the room.</summary>
    public static readonly TimeSpan RouteLease = TimeSpan.FromSeconds(30);

    /// <summary>How often a gateway renews the leases of a user's connections.</summary>
    public static readonly TimeSpan ConnectionRenewalInterval = TimeSpan.FromSeconds(20);

    /// <summary>A connection that was not renewed for this long is forgotten by its user.</summary>
    public static readonly TimeSpan ConnectionLease = TimeSpan.FromSeconds(60);
}
