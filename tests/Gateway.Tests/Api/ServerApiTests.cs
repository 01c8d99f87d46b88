using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Connections;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

public sealed class ServerApiTests(SharedApi api)
{
    [Theory]
    [InlineData("GET", "/api/admin/gateways")]
    [InlineData("GET", "/api/admin/counts")]
    [InlineData("POST", "/api/admin/drain")]
    public async Task Administration_is_for_administrators(string method, string path)
    {
        using var client = api.As(Names.New("alice"));
        await client.RefusedAsync(new HttpMethod(method), path, null, 403, "forbidden");
        using var nobody = new ApiClient(api.Gateway.Http, api.Contract, authorization: null);
        await nobody.RefusedAsync(new HttpMethod(method), path, null, 401, "unauthorized");
        using var wrong = new ApiClient(api.Gateway.Http, api.Contract, "ApiKey wrong");
        await wrong.RefusedAsync(new HttpMethod(method), path, null, 401, "unauthorized");
    }

    [Fact]
    public async Task A_guest_is_no_administrator_whatever_they_say()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var client = new ApiClient(gateway.Http, await ApiContract.ReadAsync(gateway.Http), null, "user=root&role=administrator");
        await client.GetRefusedAsync("/api/admin/counts", 403, "forbidden");
        await client.GetAsync("/api/rooms");
    }

    [Fact]
    public async Task The_gateway_reports_itself_and_is_counted_and_drained()
    {
        await using var gateway = await TokenGateway.StartAsync();
        var contract = await ApiContract.ReadAsync(gateway.Gateway.Http);
        using var application = new ApiClient(gateway.Gateway.Http, contract, $"ApiKey {TokenGateway.ApiKey}");
        await using var alice = await gateway.ConnectAsync("alice");
        await using var tablet = await gateway.ConnectAsync("alice");
        await using var bob = await gateway.ConnectAsync("bob");
        await alice.JoinAsync("lobby");
        // One report may have been made when the last of them was let in, and was no user yet.
        var counts = default(JsonElement);
        await Patience.UntilAsync(
            async () =>
            {
                counts = await application.GetAsync("/api/admin/counts");
                return (counts.Number("connections"), counts.Number("users")) == (3, 2);
            },
            "the gateway has reported");
        Assert.Equal((1, 1), (counts.Number("silos"), counts.Number("gateways")));
        // Orleans counts the grains of a process, and here other tests have theirs in it.
        Assert.True(counts.Number("activeRooms") >= 1);
        var listed = (await application.GetAsync("/api/admin/gateways")).Items("gateways").Single();
        var name = gateway.Gateway.Services.GetRequiredService<GatewayIdentity>().Name;
        Assert.Equal((name, 3, 2, false), (listed.Text("name"), listed.Number("connections"), listed.Number("users"), listed.Flag("draining")));
        Assert.Equal(contract.Document.GetProperty("info").Text("version"), listed.Text("version"));

        await application.PostRefusedAsync("/api/admin/drain", new { gateway = "another" }, 400, "bad_field", "gateway");
        await application.PostRefusedAsync("/api/admin/drain", new { gateway = 5 }, 400, "bad_field", "gateway");
        await application.PostRefusedAsync("/api/admin/drain", new { gatewy = name }, 400, "bad_field", "gatewy");
        await application.PostRefusedAsync("/api/admin/drain", new { gateway = (string?)null }, 400, "bad_field", "gateway");
        foreach (var client in new[] { alice, tablet, bob }) await client.CatchUpAsync();
        Assert.True(alice.Frames.All(frame => !frame.Is("goodbye")));
        Assert.Equal(name, (await application.PostAsync("/api/admin/drain", new { gateway = name }, 202)).Text("gateway"));
        foreach (var client in new[] { alice, tablet, bob }) Assert.Equal(1001, (await client.ClosedAsync()).Code);
        await Patience.UntilAsync(
            async () => (await application.GetAsync("/api/admin/gateways")).Items("gateways").Single().Flag("draining"), "it is listed as draining");
        // Once more is no error, and the API goes on: somebody has to look.
        await application.PostAsync("/api/admin/drain", status: 202);
        await Assert.ThrowsAnyAsync<Exception>(() => gateway.ConnectAsync("late"));
    }
}
