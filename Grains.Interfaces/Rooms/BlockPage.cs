using System.Collections.Immutable;

namespace OrleansChat.Rooms;

/// <summary>A page of the users whom somebody has blocked, in the order of their ids.</summary>
/// <param name="Users">Their ids.</param>
/// <param name="More">Whether there are more after the last of them.</param>
[GenerateSerializer, Immutable, Alias("chat.block-page")]
public sealed record BlockPage(
    [property: Id(0)] ImmutableArray<string> Users,
    [property: Id(1)] bool More);
