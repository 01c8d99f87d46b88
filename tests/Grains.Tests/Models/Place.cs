using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Rooms;

namespace OrleansChat.Grains.Tests.Models;

/// <summary>A client's place in a room, as the model has it.</summary>
internal sealed class Place(string room)
{
    public string Room { get; } = room;

    public bool IsMember { get; set; }

    public long ReadSeq { get; set; }

    /// <summary>What was acknowledged, in the order in which it was sent.</summary>
    public List<Sent> Sent { get; } = [];

    /// <summary>Texts that may be in the log, or not: they had no key, and no answer came.</summary>
    public HashSet<string> Unclear { get; } = [];

    public long LastAcknowledged => Sent.Count > 0 ? Sent[^1].Seq : 0;

    /// <summary>Everything that ever followed the room for this client.</summary>
    public List<Follower> Followers { get; } = [];

    /// <summary>What follows it now.</summary>
    public Follower? Live { get; set; }

    /// <summary>How far the read cursor was moved while <see cref="Live"/> could hear of it.</summary>
    public long ToldSeq { get; set; }

    public void Acknowledged(Draft draft, SendOutcome outcome)
    {
        Assert.Null(outcome.Refusal);
        // Only what was asked for twice can have been stored before.
        Assert.False(outcome.Duplicate && draft.Key is null, $"'{draft.Text}' has no key and is a repeat");
        Assert.True(outcome.Seq > LastAcknowledged, $"'{draft.Text}' got seq {outcome.Seq} after {LastAcknowledged}");
        Sent.Add(new Sent(draft, outcome.Seq, outcome.At));
    }
}

/// <summary>A message and what its sender was told of it.</summary>
internal sealed record Sent(Draft Draft, long Seq, DateTimeOffset At);
