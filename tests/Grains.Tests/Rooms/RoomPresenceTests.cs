using OrleansChat.Gateways;
using OrleansChat.Grains.Rooms;

namespace OrleansChat.Grains.Tests.Rooms;

public sealed class RoomPresenceTests
{
    private readonly RoomPresence _presence = new();

    [Fact]
    public void Changes_are_told_together_and_numbered_from_one()
    {
        _presence.Arrive("bob");
        _presence.Arrive("alice");
        Assert.True(_presence.HasNews);
        AssertSignal(_presence.Announce(), 1, 2, joined: ["alice", "bob"], left: []);
        _presence.Arrive("carol");
        _presence.Depart("alice");
        AssertSignal(_presence.Announce(), 2, 2, joined: ["carol"], left: ["alice"]);
        Assert.False(_presence.HasNews);
        Assert.Null(_presence.Announce());
        Assert.Equal(2, _presence.Version);
    }

    [Fact]
    public void Who_came_and_went_between_two_announcements_is_not_told_of()
    {
        _presence.Arrive("alice");
        _presence.Depart("alice");
        Assert.Null(_presence.Announce());
        Assert.Equal(0, _presence.Version);
    }

    [Fact]
    public void Who_came_and_went_is_told_of_if_a_snapshot_showed_them()
    {
        _presence.Arrive("alice");
        Assert.Equal(["alice"], _presence.Snapshot().Users!.Value);
        _presence.Depart("alice");
        AssertSignal(_presence.Announce(), 1, 0, joined: [], left: ["alice"]);
    }

    [Fact]
    public void A_user_is_online_while_any_route_carries_them()
    {
        _presence.Arrive("alice");
        _presence.Arrive("alice");
        _presence.Announce();
        _presence.Depart("alice");
        Assert.True(_presence.IsOnline("alice"));
        Assert.Null(_presence.Announce());
        _presence.Depart("alice");
        Assert.False(_presence.IsOnline("alice"));
        AssertSignal(_presence.Announce(), 2, 0, joined: [], left: ["alice"]);
    }

    [Fact]
    public void Above_500_online_the_count_is_told_alone()
    {
        for (var i = 0; i < 500; i++) _presence.Arrive($"user{i:000}");
        var all = _presence.Announce()!;
        Assert.Equal((500, 500, 0), (all.Online, all.Joined.Length, all.Left.Length));
        Assert.Equal(500, _presence.Snapshot().Users!.Value.Length);
        Assert.Equal(100, _presence.Snapshot().Sample.Length);
        _presence.Announce();

        _presence.Arrive("one-more");
        AssertSignal(_presence.Announce(), 2, 501, joined: [], left: []);
        var snapshot = _presence.Snapshot();
        Assert.Equal((501, null, 100), (snapshot.Online, snapshot.Users?.Length, snapshot.Sample.Length));

        _presence.Depart("one-more");
        AssertSignal(_presence.Announce(), 3, 500, joined: [], left: ["one-more"]);
    }

    [Fact]
    public void A_snapshot_names_everyone_in_the_order_of_their_ids()
    {
        foreach (var user in new[] { "b", "a", "Z", "小明" }) _presence.Arrive(user);
        Assert.Equal(["Z", "a", "b", "小明"], _presence.Snapshot().Users!.Value);
        Assert.Equal(4, _presence.Snapshot().Online);
    }

    // Whoever has a snapshot and applies every announcement after it knows who is online.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_snapshot_and_what_is_announced_after_it_is_who_is_online(int seed)
    {
        var random = new Random(seed);
        var routes = new Dictionary<string, int>();
        var followers = new List<HashSet<string>>();
        for (var step = 0; step < 5_000; step++)
        {
            var user = $"user{random.Next(8)}";
            var count = routes.GetValueOrDefault(user);
            switch (random.Next(6))
            {
                case 0 or 1:
                    _presence.Arrive(user);
                    routes[user] = count + 1;
                    break;
                case 2 or 3 when count > 0:
                    _presence.Depart(user);
                    routes[user] = count - 1;
                    break;
                case 4:
                    if (_presence.Announce() is { } signal) followers.ForEach(f => Apply(f, signal));
                    var online = routes.Where(r => r.Value > 0).Select(r => r.Key).Order(StringComparer.Ordinal).ToList();
                    Assert.All(followers, f => Assert.Equal(online, f.Order(StringComparer.Ordinal)));
                    break;
                default:
                    if (followers.Count < 20) followers.Add([.. _presence.Snapshot().Users!.Value]);
                    break;
            }
        }

        Assert.Equal(20, followers.Count);
    }

    private static void Apply(HashSet<string> follower, PresenceSignal signal)
    {
        follower.UnionWith(signal.Joined);
        follower.ExceptWith(signal.Left);
    }

    private static void AssertSignal(PresenceSignal? signal, long version, int online, string[] joined, string[] left)
    {
        Assert.NotNull(signal);
        Assert.Equal((version, online), (signal.Version, signal.Online));
        Assert.Equal(joined, signal.Joined);
        Assert.Equal(left, signal.Left);
    }
}
