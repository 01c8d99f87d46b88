using System.Collections.Immutable;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Api.Answers;

/// <summary>A page of a room's events, ascending.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Messages">The events, as they are on the wire.</param>
/// <param name="More">Whether there are more in the direction that was asked for.</param>
/// <param name="Next">Then: what to give as <c>after</c>, if that was asked for, and as <c>before</c> otherwise.</param>
internal sealed record MessageList(string Room, ImmutableArray<WireEvent> Messages, bool More, long? Next)
{
    public static MessageList Of(string room, EncodedPage page, bool newestFirst) => new(
        room,
        [.. page.Messages.Select(message => new WireEvent(message))],
        page.More,
        page.More ? newestFirst ? page.FirstSeq : page.LastSeq : null);
}

/// <summary>An event of a room, encoded as it is on the wire.</summary>
/// <param name="Json">The event.</param>
internal readonly record struct WireEvent(ReadOnlyMemory<byte> Json);

/// <summary>A message that is stored.</summary>
/// <param name="Room">The room.</param>
/// <param name="Seq">Its place in the room's log.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Key">Its key, if it has one.</param>
/// <param name="Duplicate">True when the same key was stored before; then seq and time are those of the first.</param>
internal sealed record Ack(string Room, long Seq, DateTimeOffset At, string? Key, bool? Duplicate)
{
    public static Ack Of(string room, string? key, SendOutcome outcome) =>
        new(room, outcome.Seq, outcome.At, key, outcome.Duplicate ? true : null);
}

/// <summary>What became of a message to many rooms.</summary>
/// <param name="Results">One result a room, in the order in which they were named.</param>
internal sealed record Delivery(ImmutableArray<DeliveryResult> Results);

/// <summary>What became of a message to one of many rooms: it is stored, or there is an error.</summary>
/// <param name="Room">The room.</param>
/// <param name="Seq">Its place in the room's log.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Duplicate">True when the same key was stored before; then seq and time are those of the first.</param>
/// <param name="Error">Why it was refused.</param>
internal sealed record DeliveryResult(string Room, long? Seq, DateTimeOffset? At, bool? Duplicate, DeliveryError? Error)
{
    public static DeliveryResult Of(Ack ack) => new(ack.Room, ack.Seq, ack.At, ack.Duplicate, Error: null);

    public static DeliveryResult Of(string room, ChatException refusal) => new(
        room, null, null, null, new DeliveryError(JsonFrames.Name(refusal.Code), refusal.Message, refusal.Field));
}

/// <summary>Why a message to one of many rooms was refused.</summary>
/// <param name="Code">The code, as in an error frame of <c>chat.v1</c>.</param>
/// <param name="Detail">One sentence for a developer that names what is wrong.</param>
/// <param name="Field">The field at fault, if one is.</param>
internal sealed record DeliveryError(string Code, string Detail, string? Field);
