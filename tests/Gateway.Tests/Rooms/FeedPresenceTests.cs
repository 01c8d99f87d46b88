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

    [Fact]
    public void Who_joins_is_given_no_snapshot_that_an_announcement_has_overtaken()
    {
        Assert.Equal(["alice"], _presence.ToGive(1, 5, Snapshot("alice"))!.Users!);
        _presence.Apply(1, Joined(6, 2, "bob"));
        // They would not be told of bob any more.
        Assert.Equal(["alice", "bob"], _presence.ToGive(1, 5, Snapshot("alice"))!.Users!);
        Assert.Equal(["bob", "carol"], _presence.ToGive(1, 6, Snapshot("bob", "carol"))!.Users!);
    }

    [Fact]
    public void Where_an_announcement_was_missed_the_room_is_asked_again()
    {
        _presence.Apply(1, Joined(8, 3, "dave"));
        Assert.Null(_presence.ToGive(1, 7, Snapshot("alice", "carol")));
        Assert.NotNull(_presence.ToGive(1, 8, Snapshot("alice", "carol", "dave")));
        _presence.Apply(2, Joined(1, 3, "erin"));
        Assert.Null(_presence.ToGive(1, 9, Snapshot("alice", "carol", "dave")));
    }

    [Fact]
    public void What_one_was_given_and_the_others_were_not_told_is_put_right_for_all()
    {
        // Who joins sees bob, and not alice any more; the announcement of both is lost with the room, and so are they.
        Assert.NotNull(_presence.ToGive(1, 5, Snapshot("bob")));
        var news = _presence.Apply(2, 0, Snapshot("alice"));
        Assert.Equal(["alice"], news!.Joined);
        Assert.Equal(["bob"], news.Left);
        Assert.Null(_presence.Apply(3, 0, Snapshot("alice")));
    }

    private static PresenceSnapshot Snapshot(params string[] users) => new(users.Length, [.. users], [.. users]);

    private static PresenceSignal Joined(long version, int online, params string[] users) =>
        new(version, online, [.. users], ImmutableArray<string>.Empty);
}
