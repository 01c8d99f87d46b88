using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Grains.Tests.Rooms;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Users;

public sealed class PresenceTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    [Fact]
    public async Task Whoever_shares_a_room_sees_whether_a_user_is_online_and_nobody_else_does()
    {
        var (bob, alice, room) = (cluster.Name("bob"), cluster.Name("alice"), cluster.Name("room"));
        await RefusedAsync(bob, new Actor(alice));
        await cluster.Room(room).Join(bob, null);
        await RefusedAsync(bob, new Actor(alice));
        await cluster.Room(room).Join(alice, null);
        Assert.Equal(new UserPresence(bob, null, false), await cluster.User(bob).Presence(new Actor(alice), within: null));

        var gateway = cluster.Reference(new FakeGateway());
        await cluster.User(bob).Connect(new ConnectionRequest("c1", "g", gateway, "Bob B.", Limit: 5));
        Assert.Equal(new UserPresence(bob, "Bob B.", true), await cluster.User(bob).Presence(new Actor(alice), within: null));
        Assert.True((await cluster.User(bob).Presence(new Actor(alice), [room])).Online);
        await RefusedAsync(bob, new Actor(alice), "another");
        await cluster.User(bob).Disconnect("c1");
        Assert.False((await cluster.User(bob).Presence(new Actor(alice), within: null)).Online);

        await cluster.Room(room).Leave(bob, null);
        await RefusedAsync(bob, new Actor(alice));
    }

    [Fact]
    public async Task Oneself_and_administrators_see_it_in_any_case_and_others_do_not_learn_whether_there_is_such_a_user()
    {
        var (nobody, alice) = (cluster.Name("nobody"), cluster.Name("alice"));
        Assert.False((await cluster.User(nobody).Presence(new Actor(nobody), within: null)).Online);
        Assert.False((await cluster.User(nobody).Presence(new Actor("root", IsAdministrator: true), within: null)).Online);
        var there = cluster.Name("there");
        await cluster.User(there).Connect(new ConnectionRequest("c1", "g", cluster.Reference(new FakeGateway()), null, Limit: 5));
        var (ofNobody, ofSomebody) = (await RefusedAsync(nobody, new Actor(alice)), await RefusedAsync(there, new Actor(alice)));
        Assert.Equal(ofNobody.Message.Replace(nobody, there, StringComparison.Ordinal), ofSomebody.Message);
    }

    private async Task<ChatException> RefusedAsync(string user, Actor by, params string[] within)
    {
        var refused = await Assert.ThrowsAsync<ChatException>(
            () => cluster.User(user).Presence(by, within.Length == 0 ? null : [.. within]));
        Assert.Equal((ChatErrorCode.Forbidden, "user"), (refused.Code, refused.Field));
        return refused;
    }
}
