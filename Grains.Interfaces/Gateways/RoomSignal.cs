using System.Collections.Immutable;

namespace OrleansChat.Gateways;

/// <summary>News of a room that is neither numbered nor stored.</summary>
[GenerateSerializer, Immutable, Alias("chat.signal")]
public abstract record RoomSignal;

/// <summary>Who came online in the room and who went.</summary>
/// <param name="Version">1, 2, 3 … in each activation; a gateway that misses one asks for all who are online.</param>
/// <param name="Online">How many are online now.</param>
/// <param name="Joined">Users who are online now; none above <see cref="Rooms.RoomRules.NamedPresence"/>.</param>
/// <param name="Left">Users who no longer are.</param>
[GenerateSerializer, Immutable, Alias("chat.signal.presence")]
public sealed record PresenceSignal(
    [property: Id(0)] long Version,
    [property: Id(1)] int Online,
    [property: Id(2)] ImmutableArray<string> Joined,
    [property: Id(3)] ImmutableArray<string> Left) : RoomSignal;

/// <summary>A user is typing.</summary>
/// <param name="User">Who.</param>
[GenerateSerializer, Immutable, Alias("chat.signal.typing")]
public sealed record TypingSignal([property: Id(0)] string User) : RoomSignal;

/// <summary>A user has read up to a seq.</summary>
/// <param name="User">Who.</param>
/// <param name="Seq">How far.</param>
/// <param name="OwnOnly">Whether it is for that user's own connections alone.</param>
[GenerateSerializer, Immutable, Alias("chat.signal.read")]
public sealed record ReadSignal(
    [property: Id(0)] string User,
    [property: Id(1)] long Seq,
    [property: Id(2)] bool OwnOnly) : RoomSignal;
