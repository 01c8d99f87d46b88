namespace OrleansChat.Grains.Storage;

/// <summary>What somebody did to a room or a user, to be kept for ever. Written in one transaction with what it tells of.</summary>
/// <param name="At">When.</param>
/// <param name="Room">In which room; none when it concerns the server.</param>
/// <param name="Action">What, in one word.</param>
/// <param name="By">Who.</param>
/// <param name="User">To whom, if to anyone.</param>
/// <param name="Until">Until when it holds, if it ends.</param>
/// <param name="Detail">The new role or topic.</param>
/// <param name="Reason">Why, in the words of who did it.</param>
public sealed record AuditRecord(
    DateTimeOffset At,
    string? Room,
    string Action,
    string By,
    string? User = null,
    DateTimeOffset? Until = null,
    string? Detail = null,
    string? Reason = null);
