using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Grains.Tests.Rooms;
using OrleansChat.Grains.Tests.Storage.Sqlite;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Users;

/// <summary>Whether the server lets a user in: what was decided, and who hears of it.</summary>
public sealed class AccessTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    [Fact]
    public async Task A_renewal_says_what_connections_have_to_be_worth()
    {
        var user = cluster.User(cluster.Name("user"));
        var gateway = cluster.Reference(new FakeGateway());
        Assert.Equal(UserAccess.Open, (await user.Renew("g", gateway, ["c1"])).Access);
        var access = await user.Revoke("root", reason: null);
        Assert.NotNull(access.TokensFrom);
        Assert.Equal(access, (await user.Renew("g", gateway, ["c1"])).Access);
        await cluster.DeactivateAsync(user);
        Assert.Equal(access, (await user.Renew("g", gateway, ["c1"])).Access);
        await user.Suspend("root", until: null, reason: null);
        Assert.NotNull((await user.Renew("g", gateway, ["c1"])).Access.SuspendedUntil);
    }

    [Fact]
    public async Task A_revocation_reaches_tokens_of_gateways_whose_clocks_are_ahead()
    {
        var user = cluster.User(cluster.Name("user"));
        var issued = cluster.Clock.GetUtcNow().AddSeconds(1);
        await user.Admit(issued);
        await user.Revoke("root", reason: null);
        var refused = await Assert.ThrowsAsync<ChatException>(() => user.Admit(issued));
        Assert.Equal(ChatErrorCode.Unauthorized, refused.Code);
    }

    [Fact]
    public async Task What_could_not_be_written_does_not_hold()
    {
        var user = cluster.User(cluster.Name("user"));
        await user.Admit(issuedAt: null);
        using (var other = cluster.Sqlite.Connect())
        {
            SqliteTempStore.Execute(other, "BEGIN EXCLUSIVE");
            var refused = await Assert.ThrowsAsync<ChatException>(() => user.Suspend("root", until: null, reason: null));
            Assert.Equal(ChatErrorCode.Unavailable, refused.Code);
            SqliteTempStore.Execute(other, "ROLLBACK");
        }

        await user.Admit(issuedAt: null);
        await user.Suspend("root", until: null, reason: null);
        await Assert.ThrowsAsync<ChatException>(() => user.Admit(issuedAt: null));
    }
}
