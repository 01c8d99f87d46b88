using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Processes;

public sealed class ModerationTests
{
    [Fact]
    public async Task What_was_decided_holds_after_a_kill()
    {
        const string Room = "dev", Old = "old";
        using var data = new DataDirectory();
        await using (var first = await GatewayProcess.StartAsync(data))
        {
            await using var owner = await first.ConnectAsync("owner");
            foreach (var room in new[] { Room, Old }) await owner.DoAsync(new { type = "create", room, kind = "public" });
            foreach (var user in new[] { "mod", "muted", "banned" })
            {
                await using var client = await first.ConnectAsync(user);
                await client.JoinAsync(Room);
            }

            await owner.DoAsync(new { type = "role", room = Room, user = "mod", role = "moderator" });
            await owner.DoAsync(new { type = "mute", room = Room, user = "muted" });
            await owner.DoAsync(new { type = "ban", room = Room, user = "banned", until = "2999-12-31T12:00:00Z" });
            await owner.DoAsync(new { type = "topic", room = Room, topic = "tea" });
            await owner.DoAsync(new { type = "archive", room = Old, reason = "over" });
            await owner.DoAsync(new { type = "block", user = "banned" });
            await first.KillAsync();
        }

        await using var second = await GatewayProcess.StartAsync(data);
        await using var mod = await second.ConnectAsync("mod");
        var joined = await mod.JoinAsync(Room);
        Assert.Equal(("moderator", "tea"), (joined.Text("role"), joined.Text("topic")));
        await using var muted = await second.ConnectAsync("muted");
        Assert.True(muted.Welcome.Items("rooms").Single().Has("mutedUntil"));
        await muted.RefusedAsync(new { type = "send", room = Room, text = "hi" }, "muted", "room");
        await using var banned = await second.ConnectAsync("banned");
        await banned.RefusedAsync(new { type = "join", room = Room }, "banned", "room");
        await banned.RefusedAsync(new { type = "send", to = "owner", text = "please" }, "blocked", "room");
        await banned.JoinAsync(Old);
        await banned.RefusedAsync(new { type = "send", room = Old, text = "hi" }, "archived", "room");
        await using var again = await second.ConnectAsync("owner");
        await again.RefusedAsync(new { type = "leave", room = Room }, "last_owner", "room");
        Assert.Equal(["banned"], (await again.DoAsync(new { type = "blocks" })).Texts("users"));
        await mod.DoAsync(new { type = "unmute", room = Room, user = "muted" });
        Assert.Equal(2, (await muted.SayAsync(Room, "at last")).Number("seq"));
    }
}
