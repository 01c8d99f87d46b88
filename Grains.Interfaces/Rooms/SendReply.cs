using System.Collections.Immutable;

namespace OrleansChat.Rooms;

/// <summary>What became of the messages of a <see cref="SendBatch"/>, and which activation says so.</summary>
/// <param name="Log">The incarnation of the room's log.</param>
/// <param name="Epoch">The fence under which it was committed. A gateway that knows an older one renews its route.</param>
/// <param name="Outcomes">One outcome a draft, in their order.</param>
[GenerateSerializer, Immutable, Alias("chat.send-reply")]
public sealed record SendReply(
    [property: Id(0)] string Log,
    [property: Id(1)] long Epoch,
    [property: Id(2)] ImmutableArray<SendOutcome> Outcomes);
