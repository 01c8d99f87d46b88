using System.Net.Http.Json;
using System.Text.Json;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Limits;

/// <summary>What names many rooms at once costs what as many commands do. A minute's worth here, after the first ten.</summary>
public sealed class ManyAtOnceTests
{
    private const int Rooms = 50;
    private static readonly string[] Ten =
    [
        "Chat:Limits:UserCommandsPerSecond=1", "Chat:Limits:UserCommandBurst=10",
        // What a gateway goes by when the grain of the user takes too long to answer.
        "Chat:Limits:CommandsPerSecond=1", "Chat:Limits:CommandBurst=10",
    ];

    [Fact]
    public async Task The_rooms_that_an_address_joins_count_as_the_user_s_commands()
    {
        await using var gateway = await TestGateway.StartAsync([.. Ten, $"Chat:Limits:RoomsCreated={Rooms}"]);
        await using var client = await ChatClient.ConnectAsync(gateway.Json("alice", $"rooms={string.Join(',', Names())}"));
        Assert.InRange(client.Welcome.Items("rooms").Length, 1, Rooms - 1);
        Assert.Equal("rate_limited", (await client.TakeAsync("error")).Text("code"));
    }

    [Fact]
    public async Task The_room_that_an_address_of_the_text_endpoint_joins_counts_as_a_command_too()
    {
        await using var gateway = await TestGateway.StartAsync([.. Ten, $"Chat:Limits:RoomsCreated={Rooms}"]);
        var joined = 0;
        foreach (var room in Names())
        {
            await using var client = await gateway.TypeAsync("alice", $"room={room}");
            var first = await client.SeeStartAsync("");
            if (first.StartsWith("* welcome", StringComparison.Ordinal))
            {
                joined++;
                continue;
            }

            Assert.Equal("! more than 1 commands a second of one user (or 10 at once)", first);
            Assert.Equal(1008, (await client.ClosedAsync()).Code);
            break;
        }

        Assert.InRange(joined, 10, Rooms - 1);
    }

    [Fact]
    public async Task A_message_to_many_rooms_counts_for_each_and_an_application_s_does_not()
    {
        await using var gateway = await TokenGateway.StartAsync([.. Ten, $"Chat:Limits:RoomsCreated={Rooms}"]);
        using var application = Http(gateway, $"ApiKey {TokenGateway.ApiKey}");
        foreach (var room in Names())
        {
            using var made = await application.PostAsJsonAsync("/api/rooms", new { room, kind = "public" });
            Assert.True(made.IsSuccessStatusCode, room);
            using var invited = await application.PostAsJsonAsync($"/api/rooms/{room}/invite", new { user = "alice" });
            Assert.True(invited.IsSuccessStatusCode, room);
        }

        using var alice = Http(gateway, $"Bearer {gateway.Token("alice")}");
        var codes = await CodesAsync(alice);
        Assert.InRange(codes.Count(static code => code is null), 1, Rooms - 1);
        Assert.All(codes, static code => Assert.True(code is null or "rate_limited", code));
        Assert.All(await CodesAsync(application), Assert.Null);

        static async Task<List<string?>> CodesAsync(HttpClient http)
        {
            using var answer = await http.PostAsJsonAsync("/api/messages", new { rooms = Names(), text = "news" });
            var results = (await answer.Content.ReadFromJsonAsync<JsonElement>()).Items("results");
            return [.. results.Select(result => result.Has("error") ? result.GetProperty("error").Text("code") : null)];
        }
    }

    private static IEnumerable<string> Names() => Enumerable.Range(1, Rooms).Select(static i => $"room{i}");

    private static HttpClient Http(TokenGateway gateway, string authorization)
    {
        var http = new HttpClient { BaseAddress = gateway.Gateway.Http };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        return http;
    }
}
