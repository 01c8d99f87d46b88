using System.Collections.Immutable;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Storage.Postgres;

/// <summary>
/// A room's batch: what was committed before is dropped, and the rest numbered. <see cref="PostgresAppends"/> commits
/// those of many rooms at once.
/// </summary>
internal sealed class PostgresAppend(AppendRequest request) : PostgresWork<AppendResult>(request.Fence.Room)
{
    public AppendRequest Request { get; } = request;

    /// <summary>The new events, once they are numbered.</summary>
    public ImmutableArray<RoomEvent> Events { get; private set; } = [];

    /// <summary>The drafts that may have been committed before.</summary>
    public IEnumerable<SenderDraft> Keyed => Request.Drafts.Where(static sent => sent.Draft.Key is not null && StoredText.Refuse(sent) is null);

    public override int Size { get; } = request.Drafts.Sum(d => d.Draft.Text.Length + (d.Draft.Data?.Length ?? 0));

    /// <summary>Numbers the drafts that were not committed before.</summary>
    /// <param name="earlier">What the table has under their keys, by room, sender and key.</param>
    public void Number(Dictionary<(string Room, string Sender, string Key), KeyedEvent> earlier)
    {
        var outcomes = ImmutableArray.CreateBuilder<SendOutcome>(Request.Drafts.Length);
        var events = ImmutableArray.CreateBuilder<RoomEvent>(Request.Drafts.Length);
        foreach (var sent in Request.Drafts)
        {
            if (StoredText.Refuse(sent) is { } refused)
            {
                outcomes.Add(refused);
                continue;
            }

            var key = (Owner, sent.Sender, sent.Draft.Key ?? "");
            if (sent.Draft.Key is not null && earlier.TryGetValue(key, out var found))
            {
                outcomes.Add(found.Answer(sent.Draft));
                continue;
            }

            var added = sent.ToEvent(Request.LastSeq + events.Count + 1, Request.At);
            events.Add(added);
            outcomes.Add(new SendOutcome(added.Seq, added.At, Duplicate: false));
            // For the same key further on in this batch.
            if (sent.Draft.Key is not null) earlier[key] = new KeyedEvent(added.Seq, added.At, added.Text, added.ReplyTo, added.Data);
        }

        Events = events.DrainToImmutable();
        Succeed(new AppendResult(outcomes.DrainToImmutable(), Events));
    }
}
