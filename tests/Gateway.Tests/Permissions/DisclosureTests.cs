using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>
/// Whether there is a room that is none of somebody's business: every answer about one that is there, and about one that
/// is not, is the same to the byte but for the name.
/// </summary>
public sealed partial class DisclosureTests(SecretRooms secrets) : IClassFixture<SecretRooms>
{
    /// <summary>Who must not know, and of which rooms.</summary>
    public static MatrixTheoryData<Stranger, bool> Strangers => new(Enum.GetValues<Stranger>(), [false, true]);

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task No_command_tells_a_stranger_that_there_is_a_room(Stranger stranger, bool isDirect)
    {
        var answers = new List<List<string>>();
        foreach (var (room, target) in SecretRooms.Pair(isDirect))
        {
            await using var client = await secrets.OpenAsync(stranger);
            if (stranger != Stranger.Anonymous) await client.WelcomedAsync();
            answers.Add(await AskEverythingAsync(client, room, target));
        }

        AssertSame(answers[0], answers[1]);
        if (stranger != Stranger.Anonymous) Assert.All(answers[0], answer => Assert.DoesNotContain("\"ok\"", answer, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task No_request_tells_a_stranger_that_there_is_a_room(Stranger stranger, bool isDirect)
    {
        using var http = new HttpAnswers(secrets.Gateway.Gateway.Http);
        var answers = new List<List<string>>();
        foreach (var (room, target) in SecretRooms.Pair(isDirect))
        {
            answers.Add([]);
            foreach (var deed in Enum.GetValues<Deed>().Where(deed => deed.IsOfHttp() && !deed.IsOfOwnDirectRoom()))
            {
                foreach (var user in new[] { target, "nobody" })
                {
                    using var response = await http.SendAsync(HttpDeeds.Request(deed, new Stage(room, user), "text"), secrets.Authorization(stranger));
                    answers[^1].Add($"{deed}: {(int)response.StatusCode} {Headers(response, room)} {Normal(await response.Content.ReadAsStringAsync(), room)}");
                }
            }
        }

        AssertSame(answers[0], answers[1]);
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task The_way_in_tells_no_stranger_that_there_is_a_room(Stranger stranger, bool isDirect)
    {
        var answers = new List<List<string>>();
        foreach (var (room, _) in SecretRooms.Pair(isDirect))
        {
            await using var client = await secrets.OpenAsync(stranger, $"subscribe=none&rooms={room}");
            if (stranger == Stranger.Anonymous) await client.ClosedAsync();
            else await client.CatchUpAsync();
            await using var person = await secrets.TypeAsync(stranger, room);
            answers.Add([.. client.Frames.Select(frame => Normal(frame.GetRawText(), room)), Normal($"{await person.ClosedAsync()}", room), .. Lines(person, room)]);
        }

        AssertSame(answers[0], answers[1]);
    }

    [Theory]
    [InlineData(Stranger.Outsider)]
    [InlineData(Stranger.Banned)]
    [InlineData(Stranger.Limited)]
    public async Task Nothing_typed_by_a_person_tells_that_there_is_a_room(Stranger stranger)
    {
        await using var person = await secrets.TypeAsync(stranger, SecretRooms.Own(stranger));
        await person.SeeStartAsync("* welcome");
        var answers = new List<List<string>>();
        foreach (var (room, _) in SecretRooms.Pair(isDirect: false))
        {
            var before = person.Lines.Count;
            await person.TypeAsync($"/join {room}");
            await person.TypeAsync("/who");
            await person.SeeStartAsync("* online");
            answers.Add([.. person.Lines.Skip(before).Select(line => Normal(line, room))]);
        }

        AssertSame(answers[0], answers[1]);
    }

    [Theory]
    [InlineData(Stranger.Outsider)]
    [InlineData(Stranger.Banned)]
    [InlineData(Stranger.Limited)]
    public async Task No_signal_and_no_list_tells_that_there_is_a_room(Stranger stranger)
    {
        await using var client = await secrets.OpenAsync(stranger, "");
        await client.WelcomedAsync();
        var before = await ListsAsync(client);
        await secrets.LiveAsync();
        var after = await ListsAsync(client);
        Assert.Equal(before, after);
        await client.CatchUpAsync();
        Assert.All(client.Frames, frame => Assert.DoesNotContain("cellar", frame.GetRawText(), StringComparison.Ordinal));
        Assert.All(client.Frames, frame => Assert.DoesNotContain("dm:", frame.GetRawText(), StringComparison.Ordinal));
    }

    private static async Task<List<string>> ListsAsync(ChatClient client)
    {
        var lists = new List<string>();
        foreach (var command in (object[])[new { type = "rooms" }, new { type = "rooms", query = "cel" }, new { type = "rooms", after = "c" }, new { type = "rooms", limit = 1 }])
            lists.Add(IdOfReply().Replace((await client.DoAsync(command)).GetRawText(), ""));
        return lists;
    }

    private static async Task<List<string>> AskEverythingAsync(ChatClient client, string room, string target)
    {
        var deeds = Enum.GetValues<Deed>().Where(deed => deed.IsOfWire() && !deed.IsOfNoRoom() && !deed.IsOfOwnDirectRoom()).ToList();
        try
        {
            foreach (var user in new[] { target, "nobody" })
            {
                foreach (var deed in deeds) await client.PostAsync(WireDeeds.Command(deed, new Stage(room, user), "text", token: ""));
            }

            await client.PostAsync(new { type = "history", room, after = 1 });
            await client.PostAsync(new { type = "history", room, before = 2, limit = 1 });
            await client.PostAsync(new { type = "members", room, after = "a", limit = 1 });
            await client.PostAsync(new { type = "join", room, since = 1, log = "log" });
            await client.PostAsync(new { type = "read", room, seq = 9 });
            await client.ReplyAsync(await client.PostAsync(new { type = "members", room }));
            await client.ReplyAsync(await client.PostAsync(new { type = "rooms", query = room }));
        }
        catch (Exception error) when (client.Welcome.ValueKind == JsonValueKind.Undefined && error is WebSocketException or IOException or TimeoutException)
        {
            // Whoever is not let in is closed at once.
            await client.ClosedAsync();
        }

        return [.. client.Frames.Select(frame => Normal(frame.GetRawText(), room)).Order(StringComparer.Ordinal)];
    }

    private static string Headers(HttpResponseMessage response, string room) => string.Join(' ', response.Headers.Concat(response.Content.Headers)
        .Where(header => header.Key is not ("Date" or "Retry-After"))
        .Select(header => $"{header.Key}={Normal(string.Join(',', header.Value), room)}"));

    private static IEnumerable<string> Lines(TextClient person, string room) => person.Lines.Select(line => Normal(line, room));

    // What differs between any two answers: the name that was asked for, the connection, and how long to wait.
    private static string Normal(string answer, string room) =>
        Varying().Replace(answer.Replace(room, "ROOM", StringComparison.Ordinal).Replace(SecretRooms.Absent(room), "OTHER", StringComparison.Ordinal), "");

    private static void AssertSame(List<string> one, List<string> other)
    {
        Assert.NotEmpty(one);
        var different = one.Zip(other).Where(pair => pair.First != pair.Second)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.First}\n  differs from {pair.Second}")).ToList();
        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.Equal(one.Count, other.Count);
    }

    [GeneratedRegex("\"connection\":\"[0-9a-f]+\"|\"retryAfterMs\":[0-9]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Varying();

    [GeneratedRegex("\"id\":[0-9]+,?", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex IdOfReply();
}
