using OrleansChat.Grains.Tests.Clocks;
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
    public async Task Every_gateway_is_told_of_a_revocation_though_none_asks_and_one_does_not_answer()
    {
        var user = cluster.User(cluster.Name("user"));
        FakeGateway[] gateways = [new() { Answer = FakeGateway.Never }, new(), new()];
        for (var i = 0; i < gateways.Length; i++)
        {
            var reference = cluster.Reference(gateways[i]);
            foreach (var connection in new[] { $"a{i}", $"b{i}" })
                await user.Connect(new ConnectionRequest(connection, $"g{i}", reference, Name: null, Limit: 10));
        }

        var access = await user.Revoke("root", "lost phone");
        foreach (var gateway in gateways)
        {
            await Eventually.TrueAsync(() => gateway.Expulsions.Length > 0, "it is told");
            var told = gateway.Expulsions[0];
            Assert.Equal((access.TokensFrom, "lost phone"), (told.Access.TokensFrom, told.Reason));
        }
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
