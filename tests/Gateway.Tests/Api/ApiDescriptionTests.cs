using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

/// <summary><c>/openapi/v1.json</c>. That its schemas are those of the answers is looked at with every answer of every test.</summary>
public sealed class ApiDescriptionTests(SharedApi api)
{
    [Fact]
    public void Every_route_of_the_API_is_described()
    {
        var routes = api.Gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"))
            .ToHashSet();
        Assert.NotEmpty(routes);
        Assert.Equal(routes.Order(), api.Contract.Operations.Order());
    }

    [Fact]
    public void Every_operation_says_what_it_does_who_may_call_it_and_how_it_fails()
    {
        var ids = new List<string>();
        foreach (var path in api.Contract.Document.GetProperty("paths").EnumerateObject())
        {
            if (path.Name is "/api/auth" or "/api/tokens" || path.Name.StartsWith("/api/accounts", StringComparison.Ordinal)) continue;
            foreach (var (name, operation) in path.Value.EnumerateObject().Select(one => ($"{one.Name} {path.Name}", one.Value)))
            {
                Assert.True(operation.Has("summary"), $"{name} has no summary");
                Assert.Equal(["bearer", "apiKey"], operation.Items("security").SelectMany(one => one.Names()));
                foreach (var status in new[] { "400", "401", "403", "429", "500", "503" })
                    Assert.True(operation.GetProperty("responses").Has(status), $"{name} has no {status}");
                Assert.Equal(operation.Has("requestBody"), operation.GetProperty("responses").Has("413"));
                ids.Add(operation.Text("operationId"));
                foreach (var parameter in operation.Has("parameters") ? operation.Items("parameters") : [])
                    Assert.True(parameter.Has("description"), $"{name}: {parameter.Text("name")} has no description");
            }
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public async Task How_one_gets_in_is_described_as_it_is()
    {
        var paths = api.Contract.Document.GetProperty("paths");
        var issuing = paths.GetProperty("/api/tokens").GetProperty("post");
        Assert.Equal(["apiKey"], issuing.Items("security").SelectMany(one => one.Names()));
        Assert.Empty(Parameters(issuing));
        var wanted = api.Contract.Document.GetProperty("components").GetProperty("schemas").GetProperty("TokenToIssue");
        Assert.Equal(["user"], wanted.Texts("required"));
        using var anybody = new ApiClient(api.Gateway.Http, api.Contract, authorization: null);
        Assert.True((await anybody.GetAsync("/api/auth")).Flag("tokens"));
        using var application = api.Application();
        await application.PostAsync("/api/tokens", new { user = Names.New("alice") });

        await using var guests = await TestGateway.StartAsync();
        var contract = await ApiContract.ReadAsync(guests.Http);
        foreach (var (document, parameter, other) in new[] { (api.Contract.Document, "as", "name"), (contract.Document, "name", "as") })
        {
            var sending = Parameters(document.GetProperty("paths").GetProperty("/api/rooms/{room}/messages").GetProperty("post"));
            Assert.Contains(parameter, sending);
            Assert.DoesNotContain(other, sending);
        }

        Assert.Equal("user", contract.Document.GetProperty("components").GetProperty("securitySchemes").GetProperty("guest").Text("name"));

        static string[] Parameters(System.Text.Json.JsonElement operation) =>
            operation.Has("parameters") ? [.. operation.Items("parameters").Select(one => one.Text("name"))] : [];
    }

    [Fact]
    public void No_name_of_a_program_is_in_a_description() =>
        Assert.DoesNotContain("DateTimeOffset", api.Contract.Document.GetRawText(), StringComparison.Ordinal);

    [Fact]
    public void What_may_be_absent_is_never_null_and_everything_has_a_description()
    {
        foreach (var schema in api.Contract.Document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            if (!schema.Value.TryGetProperty("properties", out var properties)) continue;
            foreach (var property in properties.EnumerateObject())
            {
                var text = property.Value.GetRawText();
                var mayBeNull = schema.Name == "TopicChange";
                Assert.True(mayBeNull || !text.Contains("null", StringComparison.Ordinal), $"{schema.Name}.{property.Name} is {text}");
                Assert.True(property.Value.Has("description") || property.Value.Has("$ref"), $"{schema.Name}.{property.Name} has no description");
            }
        }
    }

    [Fact]
    public async Task Every_operation_is_answered_with_success_by_what_the_description_asks_for()
    {
        var (owner, bob, room) = (Names.New("owner"), Names.New("bob"), Names.New("room"));
        using var application = api.Application(owner);
        await application.PostAsync("/api/rooms", new { room, kind = "private", topic = "Tea" }, 201);
        await application.GetAsync("/api/rooms");
        await application.GetAsync($"/api/rooms/{room}");
        await application.PutAsync($"/api/rooms/{room}/topic", new { topic = "Coffee" }, 200);
        await application.PostAsync($"/api/rooms/{room}/join");
        await application.PostAsync($"/api/rooms/{room}/messages", new { text = "hi", data = new { a = 1 }, key = "k" }, 201);
        await application.PostAsync($"/api/users/{bob}/messages", new { text = "hi" }, 201);
        await application.PostAsync("/api/messages", new { rooms = new[] { room }, text = "hi" });
        foreach (var act in new[] { "invite", "mute", "unmute", "kick", "ban", "unban", "invite" })
            await application.PostAsync($"/api/rooms/{room}/{act}", new { user = bob }, 204);
        await application.PostAsync($"/api/rooms/{room}/role", new { user = bob, role = "owner" }, 204);
        await application.PostAsync($"/api/rooms/{room}/archive");
        await application.GetAsync($"/api/rooms/{room}/messages");
        await application.GetAsync($"/api/rooms/{room}/members");
        await application.GetAsync($"/api/rooms/{room}/audit");
        await application.PostAsync($"/api/rooms/{room}/leave", status: 204);
        await using var device = await api.Tokens.ConnectAsync(bob);
        await application.GetAsync($"/api/users/{bob}/presence");
        await application.GetAsync($"/api/users/{bob}/connections");
        await application.DeleteAsync($"/api/users/{bob}/connections", 200);
        await application.PostAsync($"/api/users/{bob}/revoke", status: 204);
        await application.PutAsync($"/api/users/{bob}/suspension");
        await application.DeleteAsync($"/api/users/{bob}/suspension");
        await application.PutAsync($"/api/blocks/{bob}");
        await application.GetAsync("/api/blocks");
        await application.DeleteAsync($"/api/blocks/{bob}");
        await application.GetAsync("/api/admin/gateways");
        await application.GetAsync("/api/admin/counts");
        string[] elsewhere = ["GET /api/auth", "POST /api/tokens", "POST /api/admin/drain"];
        Assert.Equal(api.Contract.Operations.Except(elsewhere).Order(), application.Succeeded.Keys.Order());
    }
}
