using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansChat.Accounts;

namespace OrleansChat.Grains.Accounts;

/// <summary>
/// The log-ins of an account that can be renewed. Refresh tokens are used once; one that comes again was copied, and by
/// then nobody can tell the thief from the owner (RFC 9700 §4.14.2), so that neither goes on.
/// </summary>
internal static class Sessions
{
    /// <summary>No log-ins, as they are kept.</summary>
    public const string None = "[]";

    /// <summary>As many as somebody has devices, and some more.</summary>
    public const int Most = 32;

    // An answer that was lost is asked for again by then, and windows of one browser have told each other.
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>Adds one, and drops those that have ended.</summary>
    public static (string Kept, SessionTicket Ticket) Open(string kept, DateTimeOffset now, TimeSpan lifetime)
    {
        var opened = new Session(Guid.NewGuid(), Number: 1, now, now + lifetime);
        var others = Alive(kept, now).OrderByDescending(session => session.RenewedAt).Take(Most - 1);
        return (Write([opened, .. others]), new SessionTicket(opened.Id, opened.Number));
    }

    /// <summary>Takes a ticket.</summary>
    /// <returns>What is to be kept then, what became of the ticket, and the next one, if there is.</returns>
    public static (string Kept, SessionOutcome Outcome, SessionTicket? Next) Renew(
        string kept, SessionTicket ticket, DateTimeOffset now, TimeSpan lifetime)
    {
        var alive = Alive(kept, now);
        if (alive.FirstOrDefault(session => session.Id == ticket.Session) is not { } known) return (kept, SessionOutcome.Ended, null);
        if (ticket.Number == known.Number)
        {
            var renewed = new Session(known.Id, known.Number + 1, now, now + lifetime);
            return (Write(alive.Replace(known, renewed)), SessionOutcome.Renewed, new SessionTicket(renewed.Id, renewed.Number));
        }

        return ticket.Number == known.Number - 1 && now - known.RenewedAt <= Grace
            ? (kept, SessionOutcome.Renewed, new SessionTicket(known.Id, known.Number))
            : (Write(alive.Remove(known)), SessionOutcome.UsedBefore, null);
    }

    private static ImmutableArray<Session> Alive(string kept, DateTimeOffset now) =>
        [.. JsonSerializer.Deserialize(kept, SessionsJson.Default.ImmutableArraySession).Where(session => session.EndsAt > now)];

    private static string Write(ImmutableArray<Session> sessions) => JsonSerializer.Serialize(sessions, SessionsJson.Default.ImmutableArraySession);
}

/// <summary>A log-in.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Number">The number of its newest ticket.</param>
/// <param name="RenewedAt">Since when that is the newest.</param>
/// <param name="EndsAt">When it ends if it is not renewed.</param>
internal sealed record Session(Guid Id, long Number, DateTimeOffset RenewedAt, DateTimeOffset EndsAt);

/// <summary>How they are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ImmutableArray<Session>))]
internal sealed partial class SessionsJson : JsonSerializerContext;
