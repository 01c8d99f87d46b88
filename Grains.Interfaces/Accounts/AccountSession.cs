namespace OrleansChat.Accounts;

/// <summary>What a refresh token is good for: the next one of the same log-in, once.</summary>
/// <param name="Session">The log-in that it belongs to.</param>
/// <param name="Number">How many there were of this log-in before it, and this one.</param>
[GenerateSerializer, Immutable, Alias("chat.session-ticket")]
public sealed record SessionTicket(
    [property: Id(0)] Guid Session,
    [property: Id(1)] long Number);

/// <summary>What became of a ticket.</summary>
/// <param name="Outcome">Whether there is a next one, and if not, why.</param>
/// <param name="Next">The next one, if there is.</param>
[GenerateSerializer, Immutable, Alias("chat.session-renewal")]
public sealed record SessionRenewal(
    [property: Id(0)] SessionOutcome Outcome,
    [property: Id(1)] SessionTicket? Next);

/// <summary>What can become of a ticket.</summary>
public enum SessionOutcome
{
    /// <summary>There is a next one.</summary>
    Renewed,

    /// <summary>There is no such session any more, or it was opened under another stamp.</summary>
    Ended,

    /// <summary>It was used before, by somebody else or by the same; the session has ended with this.</summary>
    UsedBefore,
}
