using System.Text.Json;
using Npgsql;
using OrleansChat.Cluster.Tests.Clients;
using OrleansChat.Cluster.Tests.Hosting;
using OrleansChat.Tests.Postgres;

namespace OrleansChat.Cluster.Tests.Accounts;

/// <summary>Accounts on a cluster: what one gateway issues, every gateway takes, from the first moment on.</summary>
public sealed class AccountTests
{
    // All clients of the test have one address.
    private static readonly string[] Settings =
    [
        "--Auth:Mode=Accounts",
        "--Chat:Limits:LoginBurstPerAddress=1000",
        "--Chat:Limits:RegistrationsPerHourPerAddress=100000",
    ];

    [Fact]
    public async Task Gateways_that_start_at_once_over_an_empty_database_take_each_others_tokens_and_restarts_change_nothing()
    {
        await using var cluster = await ClusterUnderTest.PrepareAsync(silos: 2, gateways: 2, Settings);
        using var alice = new AccountHolder();
        var gateways = cluster.GatewayAddresses;
        foreach (var gateway in cluster.Gateways) gateway.Start();
        foreach (var gateway in cluster.Gateways)
        {
            await gateway.UntilStatusAsync("/healthz/live", 200);
            // There is no silo, and no key: that is not to say that a token is worthless.
            Assert.Equal(503, (await alice.LogOutAsync(gateway.Address, "some token")).Status);
            Assert.Equal(503, (await alice.LogInAsync(gateway.Address, "alice")).Status);
        }

        foreach (var silo in cluster.Silos) silo.Start();
        // Neither waits until the other is there: both ask as soon as they can.
        string[] users = ["alice", "bob"];
        var registered = await Task.WhenAll(gateways.Zip(users, alice.RegisterSurelyAsync));
        registered = await TakenEverywhereAsync(alice, gateways, registered);
        Assert.Equal(1L, await CountKeysAsync(cluster));

        foreach (var process in cluster.Gateways.Concat(cluster.Silos)) process.Kill();
        await Task.WhenAll(cluster.Gateways.Concat(cluster.Silos).Select(process => process.UntilEndedAsync(1)));
        await cluster.UntilReadyAsync();
        registered = await TakenEverywhereAsync(alice, gateways, registered);
        Assert.Equal(1L, await CountKeysAsync(cluster));

        await LoggedOutEverywhereAsync(alice, gateways, registered[0]);
        await LockedOutEverywhereAsync(alice, gateways, "bob");
        Assert.Equal(503, await StatusWithoutDatabaseAsync(cluster, alice));
        await Patience.UntilAsync(async () => await LoggedInAsync(alice, gateways, "alice") ? null : "alice cannot log in when the database is back");
        Assert.All(cluster.Gateways, gateway => Assert.Single(gateway.Endings));
    }

    /// <returns>What was issued instead: a refresh token is good once.</returns>
    private static async Task<JsonElement[]> TakenEverywhereAsync(AccountHolder holder, IReadOnlyList<Uri> gateways, JsonElement[] issued)
    {
        var newest = issued.ToArray();
        for (var i = 0; i < newest.Length; i++)
        {
            foreach (var gateway in gateways)
            {
                var (first, socket) = await AccountHolder.ConnectAsync(gateway, newest[i].GetProperty("accessToken").GetString()!);
                using (socket) Assert.Equal("welcome", first);
                var refresh = newest[i].GetProperty("refreshToken").GetString()!;
                (var status, newest[i]) = await AccountHolder.SurelyAsync(() => holder.RefreshAsync(gateway, refresh));
                Assert.Equal(200, status);
            }
        }

        return newest;
    }

    private static async Task LoggedOutEverywhereAsync(AccountHolder holder, IReadOnlyList<Uri> gateways, JsonElement tokens)
    {
        var (access, refresh) = (tokens.GetProperty("accessToken").GetString()!, tokens.GetProperty("refreshToken").GetString()!);
        var (first, socket) = await AccountHolder.ConnectAsync(gateways[0], access);
        using (socket)
        {
            Assert.Equal("welcome", first);
            // 401, when it is told to come again and had been logged out all the same.
            Assert.Contains((await AccountHolder.SurelyAsync(() => holder.LogOutAsync(gateways[1], access))).Status, new[] { 204, 401 });
            Assert.Equal(4500, await AccountHolder.CloseCodeAsync(socket));
        }

        foreach (var gateway in gateways)
            Assert.Equal(401, (await AccountHolder.SurelyAsync(() => holder.RefreshAsync(gateway, refresh))).Status);
    }

    // Wrong passwords at both gateways are wrong passwords of one account.
    private static async Task LockedOutEverywhereAsync(AccountHolder holder, IReadOnlyList<Uri> gateways, string user)
    {
        // On a slow machine most of them are told to come again, and were not tried: five have to be.
        for (var tried = 0; tried < 5;)
        {
            var guesses = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => holder.LogInAsync(gateways[i % 2], user, $"guess number {i}")));
            Assert.All(guesses, guess => Assert.Contains(guess.Status, new[] { 401, 503 }));
            tried += guesses.Count(guess => guess.Status == 401);
        }

        foreach (var gateway in gateways) Assert.Equal(401, (await AccountHolder.SurelyAsync(() => holder.LogInAsync(gateway, user))).Status);
    }

    private static async Task<int> StatusWithoutDatabaseAsync(ClusterUnderTest cluster, AccountHolder holder)
    {
        await cluster.Postgres.StopAsync();
        var (status, _) = await holder.LogInAsync(cluster.GatewayAddresses[0], "somebody-new-to-the-silos");
        await cluster.Postgres.StartAgainAsync();
        return status;
    }

    private static async Task<bool> LoggedInAsync(AccountHolder holder, IReadOnlyList<Uri> gateways, string user)
    {
        var (status, _) = await holder.LogInAsync(gateways[0], user);
        Assert.Contains(status, new[] { 200, 503 });
        return status == 200;
    }

    private static async Task<object?> CountKeysAsync(ClusterUnderTest cluster)
    {
        await using var connection = await PostgresServer.ConnectAsync(cluster.ConnectionString);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM data_keys", connection);
        return await command.ExecuteScalarAsync();
    }
}
