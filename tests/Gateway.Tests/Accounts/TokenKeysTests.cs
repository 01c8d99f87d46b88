using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Accounts;
using OrleansChat.Gateway.Accounts;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Grains.Storage;
using OrleansChat.Grains.Storage.Sqlite;

namespace OrleansChat.Gateway.Tests.Accounts;

/// <summary>The keys that tokens are protected with: in the database, and nowhere else.</summary>
public sealed class TokenKeysTests
{
    [Fact]
    public async Task The_first_gateway_makes_one_key_and_there_is_another_before_it_ends()
    {
        await using var gateway = await AccountGateway.StartAsync();
        var first = Assert.Single(await KeysAsync(gateway));
        var keys = gateway.Gateway.Services.GetRequiredService<TokenKeys>();
        await keys.ReadAsync();
        gateway.Clock.Advance(TimeSpan.FromDays(87.9));
        await keys.ReadAsync();
        Assert.Single(await KeysAsync(gateway));
        gateway.Clock.Advance(TimeSpan.FromDays(0.2));
        await keys.ReadAsync();
        await keys.ReadAsync();
        var ring = await KeysAsync(gateway);
        Assert.Equal(2, ring.Count);
        // It follows the first without a gap, and is known to every gateway for two days by then.
        Assert.Equal(first.Expires, ring[1].Activates);
        gateway.Clock.Advance(TimeSpan.FromDays(400));
        await keys.ReadAsync();
        Assert.Equal(3, (await KeysAsync(gateway)).Count);
    }

    [Fact]
    public async Task A_key_that_another_gateway_has_added_is_taken_with_the_next_reading()
    {
        await using var one = await AccountGateway.StartAsync();
        await using var other = await AccountGateway.StartAsync();
        await one.RegisterAsync("alice");
        var token = (await other.RegisterAsync("alice")).AccessToken;
        Assert.Equal(401, (await one.Client.LogOutAsync(token)).Status);
        var foreign = (await Ring(other).All()).Keys.Single();
        await Ring(one).Add(foreign, known: 1);
        await one.Gateway.Services.GetRequiredService<TokenKeys>().ReadAsync();
        await Patience.UntilAsync(async () => (await one.Client.LogOutAsync(token)).Status == 204, "the gateway takes the key");
    }

    [Fact]
    public async Task A_deleted_key_makes_its_tokens_worthless_and_a_new_one_takes_its_place()
    {
        await using var gateway = await AccountGateway.StartAsync();
        var tokens = await gateway.RegisterAsync("alice");
        using (var database = gateway.Gateway.OpenDatabase())
        using (var command = database.CreateCommand())
        {
            command.CommandText = "DELETE FROM data_keys";
            command.ExecuteNonQuery();
        }

        await gateway.Gateway.Services.GetRequiredService<TokenKeys>().ReadAsync();
        await Patience.UntilAsync(
            async () => (await gateway.Client.RefreshAsync(tokens.RefreshToken)).Status == 401, "the gateway lets go of the key");
        Assert.Equal(401, (await gateway.Client.LogOutAsync(tokens.AccessToken)).Status);
        var after = (await gateway.Client.LogInAsync("alice", AccountGateway.Password)).Done();
        (await gateway.Client.RefreshAsync(after.RefreshToken)).Done();
    }

    [Fact]
    public async Task A_row_that_is_no_key_is_left_out()
    {
        await using var gateway = await AccountGateway.StartAsync();
        var tokens = await gateway.RegisterAsync("alice");
        await Ring(gateway).Add("this is no key", known: 1);
        await Ring(gateway).Add("<nor><is/></nor>", known: 2);
        await gateway.Gateway.Services.GetRequiredService<TokenKeys>().ReadAsync();
        (await gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
        Assert.Contains("A row of data_keys is not XML", Assert.Single(gateway.Gateway.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_keys_cannot_be_read_whoever_has_a_token_is_told_to_come_again_and_then_let_in()
    {
        var faulty = new FaultyKeys();
        await using var gateway = await AccountGateway.StartAsync(
            builder =>
            {
                faulty.Break(builder);
                builder.Services.AddSingleton<TimeProvider>(new OnlyWhenAsked());
            },
            iterations: 500);
        for (var i = 0; i < 2; i++)
        {
            var refused = (await gateway.Client.LogInAsync("alice", AccountGateway.Password)).Refused(503, "unavailable");
            Assert.Equal(TimeSpan.FromSeconds(1), refused.RetryAfter);
            (await gateway.Client.LogOutAsync("some token")).Refused(503, "unavailable");
        }

        // Not "your token is worthless": the client would throw it away.
        var socket = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => gateway.OpenAsync("some token"));
        Assert.Contains("503", socket.Message, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = gateway.Gateway.Http };
        Assert.Equal("ok\n", await http.GetStringAsync("/healthz/live"));
        faulty.IsBroken = false;
        // The failure is not remembered: the very next request is served, for nobody else's question is under way.
        var tokens = await gateway.RegisterAsync("alice");
        faulty.IsBroken = true;
        // What was read stays good, whatever becomes of the store.
        await Assert.ThrowsAnyAsync<ChatException>(() => gateway.Gateway.Services.GetRequiredService<TokenKeys>().ReadAsync());
        (await gateway.Client.RefreshAsync(tokens.RefreshToken)).Done();
        Assert.Empty(gateway.Gateway.Faults);
    }

    [Fact]
    public async Task Guests_need_no_keys_and_none_are_made()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using (await gateway.ConnectAsync("alice")) await Task.CompletedTask;
        Assert.Empty((await gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IDataKeysGrain>(0).All()).Keys);
    }

    [Fact]
    public async Task A_restart_keeps_accounts_keys_and_tokens()
    {
        using var data = new DataDirectory();
        string refreshToken, accessToken;
        await using (var gateway = await GatewayProcess.StartAsync(data, "--Auth:Mode=Accounts"))
        {
            using var client = new AccountClient(new Uri($"http://{gateway.Authority}"));
            var tokens = (await client.RegisterAsync("alice", AccountGateway.Password, "Alice")).Done();
            (refreshToken, accessToken) = (tokens.RefreshToken, tokens.AccessToken);
            for (var i = 0; i < 5; i++) (await client.LogInAsync("alice", AccountGateway.Other)).Refused(401, "unauthorized");
            await gateway.TerminateAsync();
            await gateway.EndedAsync();
            SaysNoSecret(gateway);
        }

        await using (var gateway = await GatewayProcess.StartAsync(data, "--Auth:Mode=Accounts"))
        {
            using var client = new AccountClient(new Uri($"http://{gateway.Authority}"));
            Assert.Equal("Alice", (await client.RefreshAsync(refreshToken)).Done().Body.Text("name"));
            // The lock-out too.
            (await client.LogInAsync("alice", AccountGateway.Password)).Refused(401, "unauthorized");
            (await client.LogOutAsync(accessToken)).Done();
            await gateway.TerminateAsync();
            await gateway.EndedAsync();
            SaysNoSecret(gateway);
        }

        // Neither passwords nor tokens nor keys are in what it says, from its start to its end.
        void SaysNoSecret(GatewayProcess gateway) => Assert.All(
            (string[])[AccountGateway.Password, AccountGateway.Other, accessToken, refreshToken, "encryptor", "masterKey"],
            secret => Assert.DoesNotContain(gateway.Output.Append(gateway.Errors), line => line.Contains(secret, StringComparison.Ordinal)));
    }

    private static IDataKeysGrain Ring(AccountGateway gateway) =>
        gateway.Gateway.Services.GetRequiredService<IGrainFactory>().GetGrain<IDataKeysGrain>(0);

    private static async Task<List<(DateTimeOffset Activates, DateTimeOffset Expires)>> KeysAsync(AccountGateway gateway) =>
        [.. (await Ring(gateway).All()).Keys.Select(XElement.Parse).Select(key => (Time(key, "activationDate"), Time(key, "expirationDate")))];

    private static DateTimeOffset Time(XElement key, string name) =>
        DateTimeOffset.Parse(key.Element(name)!.Value, CultureInfo.InvariantCulture);

    /// <summary>
    /// The system's clock, but for how long a gateway waits until it asks for the keys by itself, and until a request waits
    /// no longer for them: for ever. So each question is a request's, and is over when that was answered.
    /// </summary>
    private sealed class OnlyWhenAsked : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
            callback, state, dueTime == TokenKeys.FirstPause || dueTime == TokenKeys.Patience ? Timeout.InfiniteTimeSpan : dueTime, period);
    }

    /// <summary>The keys of a real database that now and then cannot be read.</summary>
    private sealed class FaultyKeys
    {
        public bool IsBroken { get; set; } = true;

        public void Break(WebApplicationBuilder builder) => builder.Services.AddSingleton<IDataKeyStore>(
            services => new Store(services.GetRequiredService<SqliteStore>().DataKeys, this));

        private sealed class Store(IDataKeyStore keys, FaultyKeys faults) : IDataKeyStore
        {
            public Task<DataKeyRing> ListAsync() => faults.IsBroken
                ? Task.FromException<DataKeyRing>(new StoreUnavailableException("broken for a test", outcomeUnknown: false))
                : keys.ListAsync();

            public Task<bool> AddAsync(long number, string xml, DateTimeOffset at) => keys.AddAsync(number, xml, at);
        }
    }
}
