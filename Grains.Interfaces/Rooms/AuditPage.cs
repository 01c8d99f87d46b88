using System.Collections.Immutable;

namespace OrleansChat.Rooms;

/// <summary>A page of what owners, moderators and administrators did.</summary>
/// <param name="Entries">In the order in which it happened.</param>
/// <param name="More">Whether there are more after the last of them.</param>
[GenerateSerializer, Immutable, Alias("chat.audit-page")]
public sealed record AuditPage(
    [property: Id(0)] ImmutableArray<AuditEntry> Entries,
    [property: Id(1)] bool More);

/// <summary>Something that was done to a user or a room.</summary>
/// <param name="Id">Its place in the audit; they ascend, with gaps.</param>
/// <param name="At">When.</param>
/// <param name="Action">What: <c>ban</c>, <c>role</c>, <c>topic</c> ….</param>
/// <param name="By">Who did it.</param>
/// <param name="User">To whom, if to anyone.</param>
/// <param name="Until">Until when, if it is not for good: the year 9999 is, and the HTTP API leaves it out.</param>
/// <param name="Detail">The new role, the new topic.</param>
/// <param name="Reason">Why, if that was said.</param>
[GenerateSerializer, Immutable, Alias("chat.audit-entry")]
public sealed record AuditEntry(
    [property: Id(0)] long Id,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string Action,
    [property: Id(3)] string By,
    [property: Id(4)] string? User,
    [property: Id(5)] DateTimeOffset? Until,
    [property: Id(6)] string? Detail,
    [property: Id(7)] string? Reason);
