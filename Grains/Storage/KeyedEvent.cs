using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage;

/// <summary>A message that was committed under a key.</summary>
internal readonly record struct KeyedEvent(long Seq, DateTimeOffset At, string Text, long? ReplyTo, string? Data)
{
    /// <summary>What a draft of the same sender and key is answered: it is the same message again, or the key is taken.</summary>
    public SendOutcome Answer(Draft draft) => Text == draft.Text && ReplyTo == draft.ReplyTo && Data == draft.Data
        ? new SendOutcome(Seq, At, Duplicate: true)
        : SendOutcome.Refused(ChatErrorCode.KeyReused, $"the key was used for another message, seq {Seq}", "key");
}
