using System.Globalization;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Whoever is silenced while they shout is silent from the moment in which the moderator is told so.</summary>
public sealed class RaceTests
{
    private const int Rounds = 15;
    private const int Connections = 4;
    private const int Hundred = 100;

    [Theory]
    [InlineData("ban")]
    [InlineData("kick")]
    [InlineData("mute")]
    public async Task Nothing_of_a_user_comes_after_what_silenced_them_was_acknowledged(string command)
    {
        await using var gateway = await TokenGateway.StartAsync(TestGateway.Unhurried);
        await using var moderator = await gateway.ConnectAsync("moderator");
        for (var round = 0; round < Rounds; round++)
        {
            var (room, loud) = (Names.New("square"), Names.New("loud"));
            await moderator.DoAsync(new { type = "create", room, kind = "public" });
            await moderator.DoAsync(new { type = "invite", room, user = loud });
            await SilencedAsync(gateway, room, loud, () => moderator.DoAsync(new { type = command, room, user = loud }));
        }
    }

    [Fact]
    public async Task Nothing_comes_after_a_block_was_acknowledged()
    {
        await using var gateway = await TokenGateway.StartAsync(TestGateway.Unhurried);
        for (var round = 0; round < Rounds; round++)
        {
            var (quiet, loud) = (Names.New("quiet"), Names.New("loud"));
            await using var client = await gateway.ConnectAsync(quiet);
            await SilencedAsync(gateway, ChatId.DirectRoom(quiet, loud), loud, () => client.DoAsync(new { type = "block", user = loud }));
        }
    }

    [Fact]
    public async Task Nothing_comes_after_a_room_was_archived()
    {
        await using var gateway = await TokenGateway.StartAsync(TestGateway.Unhurried);
        await using var owner = await gateway.ConnectAsync("owner");
        for (var round = 0; round < Rounds; round++)
        {
            var (room, loud) = (Names.New("square"), Names.New("loud"));
            await owner.DoAsync(new { type = "create", room, kind = "public" });
            await owner.DoAsync(new { type = "invite", room, user = loud });
            await SilencedAsync(gateway, room, loud, () => owner.DoAsync(new { type = "archive", room }));
        }
    }

    [Fact]
    public async Task Whoever_is_banned_while_they_come_and_go_is_out_when_the_ban_was_acknowledged()
    {
        await using var gateway = await TokenGateway.StartAsync(TestGateway.Unhurried);
        await using var owner = await gateway.ConnectAsync("owner");
        for (var round = 0; round < Rounds; round++)
        {
            var (room, restless) = (Names.New("square"), Names.New("restless"));
            await owner.DoAsync(new { type = "create", room, kind = "public" });
            var clients = new List<ChatClient>();
            for (var i = 0; i < Connections; i++) clients.Add(await gateway.ConnectAsync(restless));
            var comings = clients.Select(client => ComeAndGoAsync(client, room)).ToList();
            await Patience.UntilAsync(async () => (await MembersAsync()).Contains(restless), "they come and go");
            await owner.DoAsync(new { type = "ban", room, user = restless });
            Assert.DoesNotContain(restless, await MembersAsync());
            foreach (var client in clients) await client.RefusedAsync(new { type = "send", room, text = "still here" }, "banned");
            await Task.WhenAll(comings);
            foreach (var client in clients) await client.DisposeAsync();

            async Task<List<string>> MembersAsync() =>
                [.. (await owner.AskAsync(new { type = "members", room })).Items("users").Select(member => member.Text("user"))];
        }
    }

    // Until the door is shut.
    private static async Task ComeAndGoAsync(ChatClient client, string room)
    {
        while ((await client.AskAsync(new { type = "join", room })).Type() == "joined") await client.AskAsync(new { type = "leave", room });
    }

    private static async Task SilencedAsync(TokenGateway gateway, string room, string loud, Func<Task> silence)
    {
        using var database = gateway.Gateway.OpenDatabase();
        var clients = new List<ChatClient>();
        for (var i = 0; i < Connections; i++) clients.Add(await gateway.ConnectAsync(loud));
        using var enough = new CancellationTokenSource();
        var shouting = clients.Select(client => ShoutAsync(client, room, enough.Token)).ToList();
        await Patience.UntilAsync(() => Task.FromResult(Newest(loud) >= Hundred), "the loud one is heard");
        await silence();
        var newest = Newest(loud);
        await enough.CancelAsync();
        await Task.WhenAll(shouting);
        foreach (var client in clients) await client.DisposeAsync();
        Assert.Equal(newest, Newest(loud));

        long Newest(string user)
        {
            using var command = database.CreateCommand();
            command.CommandText = "SELECT coalesce(max(seq), 0) FROM events WHERE room = $room AND sender = $user AND kind = 'message'";
            command.Parameters.AddWithValue("$room", room);
            command.Parameters.AddWithValue("$user", user);
            return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        }
    }

    // Two hundreds are on their way at any time: one is done, another waits for its turn.
    private static async Task ShoutAsync(ChatClient client, string room, CancellationToken enough)
    {
        Task before = Task.CompletedTask;
        while (!enough.IsCancellationRequested)
        {
            for (var i = 0; i < Hundred; i++) await client.TellAsync(new { type = "send", room, text = "hear me" });
            var done = client.AskAsync(new { type = "members", room });
            await before;
            before = done;
        }

        await before;
    }
}
