using System.Collections.Immutable;

namespace OrleansChat.Rooms;

/// <summary>Messages of one user to one room, to be numbered in this order.</summary>
/// <param name="User">The sender.</param>
/// <param name="Name">The sender's display name, if any.</param>
/// <param name="Drafts">The messages, at least one.</param>
/// <param name="IsAdministrator">Whether the sender is one: they need no membership, except in direct rooms.</param>
/// <param name="MayCreate">Whether a direct room that does not exist comes into being; if not it is refused.</param>
[GenerateSerializer, Immutable, Alias("chat.send-batch")]
public sealed record SendBatch(
    [property: Id(0)] string User,
    [property: Id(1)] string? Name,
    [property: Id(2)] ImmutableArray<Draft> Drafts,
    [property: Id(3)] bool IsAdministrator = false,
    [property: Id(4)] bool MayCreate = true);

/// <summary>A message before it has a seq.</summary>
/// <param name="Text">The text.</param>
/// <param name="Key">The client's key, if it wants to be able to send the same again.</param>
/// <param name="ReplyTo">The seq that it answers.</param>
/// <param name="Data">An object of the application's own, as JSON text.</param>
[GenerateSerializer, Immutable, Alias("chat.draft")]
public sealed record Draft(
    [property: Id(0)] string Text,
    [property: Id(1)] string? Key,
    [property: Id(2)] long? ReplyTo,
    [property: Id(3)] string? Data);

/// <summary>What became of a draft: a seq, or the reason why not.</summary>
/// <param name="Seq">Its seq; 0 when it was refused.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Duplicate">Whether the same key was committed before; then seq and time are those of the first.</param>
/// <param name="Refusal">Why it was refused.</param>
/// <param name="Message">The refusal in a sentence.</param>
/// <param name="Field">The field at fault, if one is.</param>
[GenerateSerializer, Immutable, Alias("chat.send-outcome")]
public sealed record SendOutcome(
    [property: Id(0)] long Seq,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] bool Duplicate,
    [property: Id(3)] ChatErrorCode? Refusal = null,
    [property: Id(4)] string? Message = null,
    [property: Id(5)] string? Field = null)
{
    /// <summary>A draft that was not committed.</summary>
    public static SendOutcome Refused(ChatErrorCode code, string message, string? field = null) =>
        new(0, default, false, code, message, field);
}
