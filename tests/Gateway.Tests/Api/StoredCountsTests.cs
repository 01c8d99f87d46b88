using System.Text.Json;
using OrleansChat.Gateway.Tests.Accounts;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

/// <summary>How much is stored, as administrators are told.</summary>
public sealed class StoredCountsTests
{
    [Fact]
    public async Task Administrators_are_told_how_much_is_stored_and_when_it_was_counted()
    {
        await using var gateway = await TestGateway.StartAsync(TokenGateway.Settings);
        using var application = await ApplicationAsync(gateway);
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        await application.PostAsync("/api/rooms", new { room = "tea", kind = "public", topic = "Tea" }, 201);
        await application.PostAsync("/api/rooms", new { room = "desk", kind = "private" }, 201);
        for (var i = 0; i < 3; i++) await application.PostAsync("/api/rooms/tea/messages", new { text = $"{i}" }, 201);
        await application.PostAsync("/api/users/alice/messages", new { text = "psst" }, 201);
        await application.PostAsync("/api/rooms/tea/archive", status: 200);

        var stored = await StoredAsync(application);
        Assert.InRange(stored.GetProperty("asOf").GetDateTimeOffset(), before, TimeProvider.System.GetUtcNow());
        Assert.False(stored.Has("accounts"), "there are none to be had in this mode");
        var rooms = stored.GetProperty("rooms");
        Assert.Equal((1, 1, 1, 1), (rooms.Number("public"), rooms.Number("private"), rooms.Number("direct"), rooms.Number("archived")));
        // The two who made the rooms, which are the application, and the two of the direct one; and the archive's event.
        Assert.Equal((4, 5), (rooms.Number("memberships"), rooms.Number("events")));
    }

    [Fact]
    public async Task Where_there_are_accounts_they_are_counted_too()
    {
        await using var accounts = await AccountGateway.StartAsync(TokenGateway.Settings[1..]);
        foreach (var user in new[] { "alice", "bob" }) await accounts.RegisterAsync(user);
        using var application = await ApplicationAsync(accounts.Gateway);
        Assert.Equal(2, (await StoredAsync(application)).Number("accounts"));
    }

    [Fact]
    public async Task While_the_store_cannot_count_the_rest_is_told_all_the_same()
    {
        await using var gateway = await TestGateway.StartAsync(TokenGateway.Settings);
        using var application = await ApplicationAsync(gateway);
        Rename("rooms", "hidden");
        var counts = await application.GetAsync("/api/admin/counts");
        Assert.Equal((1, false), (counts.Number("silos"), counts.Has("stored")));
        Rename("hidden", "rooms");
        await StoredAsync(application);
        Assert.Empty(gateway.Faults);

        void Rename(string table, string name)
        {
            using var database = gateway.OpenDatabase();
            using var command = database.CreateCommand();
            command.CommandText = $"ALTER TABLE {table} RENAME TO {name}";
            command.ExecuteNonQuery();
        }
    }

    // It is absent while it is being counted, if that takes long.
    private static async Task<JsonElement> StoredAsync(ApiClient application)
    {
        var stored = default(JsonElement);
        await Patience.UntilAsync(
            async () => (await application.GetAsync("/api/admin/counts")).TryGetProperty("stored", out stored), "it has been counted");
        return stored;
    }

    private static async Task<ApiClient> ApplicationAsync(TestGateway gateway) =>
        new(gateway.Http, await ApiContract.ReadAsync(gateway.Http), $"ApiKey {TokenGateway.ApiKey}");
}
