using System.Collections.Immutable;
using OrleansChat.Gateway.Rooms;
using OrleansChat.Gateways;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Rooms;

public sealed class FeedPresenceTests
{
    private readonly FeedPresence _presence = new();

    public FeedPresenceTests() => _presence.Apply(1, 5, Snapshot("alice"));

    [Fact]
    public void The_first_snapshot_is_nobodys_news() => Assert.Null(new FeedPresence().Apply(1, 5, Snapshot("alice")));

    [Fact]
    public void An_announcement_that_follows_is_news()
    {
        Assert.True(_presence.Apply(1, Joined(6, 2, "bob")));
        Assert.False(_presence.NeedsSnapshot);
    }

    [Fact]
    public void A_snapshot_that_overtakes_an_announcement_tells_nothing_twice()
    {
        Assert.Null(_presence.Apply(1, 6, Snapshot("alice", "bob")));
        Assert.True(_presence.Apply(1, Joined(6, 2, "bob")));
        Assert.Null(_presence.Apply(1, 6, Snapshot("alice", "bob")));
    }

    [Fact]
    public void An_announcement_that_never_came_is_made_up_for_by_the_second_snapshot()
    {
        Assert.Null(_presence.Apply(1, 6, Snapshot("bob")));
        var news = _presence.Apply(1, 6, Snapshot("bob"));
        Assert.Equal(["bob"], news!.Joined);
        Assert.Equal(["alice"], news.Left);
        Assert.Null(_presence.Apply(1, 6, Snapshot("bob")));
    }

    [Fact]
    public void A_gap_in_the_announcements_asks_for_a_snapshot()
    {
        Assert.True(_presence.Apply(1, Joined(8, 3, "dave")));
        Assert.True(_presence.NeedsSnapshot);
        var news = _presence.Apply(1, 8, Snapshot("alice", "carol", "dave"));
        Assert.Equal(["carol"], news!.Joined);
        Assert.False(_presence.NeedsSnapshot);
    }

    [Fact]
    public void A_room_that_has_moved_is_believed_at_once()
    {
        var news = _presence.Apply(2, 0, Snapshot("bob"));
        Assert.Equal(["bob"], news!.Joined);
        Assert.Equal(["alice"], news.Left);
    }

    [Fact]
    public void What_an_earlier_activation_says_is_no_news()
    {
        _presence.Apply(2, 0, Snapshot("bob"));
        Assert.False(_presence.Apply(1, Joined(6, 2, "carol")));
        Assert.Null(_presence.Apply(1, 9, Snapshot("carol")));
    }

    [Fact]
    public void Too_many_to_be_named_are_counted_and_named_again_when_they_are_few()
    {
        Assert.True(_presence.Apply(1, new PresenceSignal(6, 501, [], [])));
        Assert.False(_presence.NeedsSnapshot);
        Assert.True(_presence.Apply(1, Joined(7, 500)));
        Assert.True(_presence.NeedsSnapshot);
        Assert.Equal(["alice", "bob"], _presence.Apply(1, 7, Snapshot("alice", "bob"))!.Joined);
    }

    private static PresenceSnapshot Snapshot(params string[] users) => new(users.Length, [.. users], [.. users]);

    private static PresenceSignal Joined(long version, int online, params string[] users) =>
        new(version, online, [.. users], ImmutableArray<string>.Empty);
}
