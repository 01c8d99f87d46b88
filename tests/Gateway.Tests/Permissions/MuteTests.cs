using System.Text.Json;
using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Rooms;

namespace OrleansChat.Gateway.Tests.Permissions;

/// <summary>Who learns from <c>members</c> that somebody is muted: they themselves, and whoever may lift it by the rules.</summary>
public sealed class MuteTests
{
    private const string Until = "2999-01-31T12:00:00.000Z";

    [Theory]
    [InlineData(RoomKind.Public)]
    [InlineData(RoomKind.Private)]
    public async Task A_mute_is_told_to_those_who_may_lift_it_and_to_the_muted(RoomKind kind)
    {
        var at = Enum.Parse<Where>($"{kind}");
        await using var gateway = await TokenGateway.StartAsync("Auth:Administrators:0=root");
        var room = gateway.Gateway.Grain<IRoomGrain>("lobby");
        await room.Create("owner", kind, topic: null, connection: null);
        foreach (var user in new[] { "other-owner", "moderator", "other-moderator", "member", "other-member" })
        {
            await ModerateAsync(room, ModerationAction.Invite, user);
            await ModerateAsync(room, ModerationAction.Role, user, ToRole(user));
        }

        string[] everybody = ["member", "moderator", "other-member", "other-moderator", "other-owner", "owner"];
        foreach (var user in everybody) await ModerateAsync(room, ModerationAction.Mute, user);
        foreach (var user in everybody.Append("root"))
        {
            var who = ToWho(user);
            var expected = everybody.Where(muted => muted == user || IsDone(who, at, muted));
            Assert.Equal(expected, await MutedAsync(gateway, who, user));
        }

        Assert.Equal(everybody, await MutedAsync(gateway, Who.Application, "backend"));
        await room.Moderate(new Moderation("root", ModerationAction.Unmute, "member", IsAdministrator: true));
        Assert.Equal(everybody.Except(["member"]), await MutedAsync(gateway, Who.Administrator, "root"));
    }

    [Fact]
    public async Task A_mute_that_is_over_is_none_and_one_for_good_ends_in_the_year_9999()
    {
        await using var gateway = await TokenGateway.StartAsync();
        await using var owner = await gateway.ConnectAsync("owner");
        await owner.DoAsync(new { type = "create", room = "lobby", kind = "public" });
        foreach (var user in new[] { "past", "good" }) await owner.DoAsync(new { type = "invite", room = "lobby", user });
        await gateway.Gateway.Grain<IRoomGrain>("lobby").Moderate(
            new Moderation("owner", ModerationAction.Mute, "past", TimeProvider.System.GetUtcNow().AddSeconds(-1)));
        await owner.DoAsync(new { type = "mute", room = "lobby", user = "good" });
        var users = (await owner.DoAsync(new { type = "members", room = "lobby" })).Items("users").ToDictionary(user => user.Text("user"));
        Assert.Equal("9999-12-31T23:59:59.999Z", users["good"].Text("mutedUntil"));
        Assert.False(users["past"].Has("mutedUntil"));
        Assert.False(users["owner"].Has("mutedUntil"));
    }

    private static bool IsDone(Who who, Where at, string muted) =>
        PermissionRules.Expect(new Cell(Deed.Unmute, who, at, Under.Nothing, ToWhom(muted))).IsDone;

    // Over the wire and over HTTP, which have to say the same.
    private static async Task<List<string>> MutedAsync(TokenGateway gateway, Who who, string user)
    {
        await using var client = await WireDeeds.OpenAsync(gateway, who, user);
        await client.WelcomedAsync();
        var told = Muted(await client.DoAsync(new { type = "members", room = "lobby" }));
        using var http = new HttpAnswers(gateway.Gateway.Http);
        using var response = await http.SendAsync(
            new HttpDeed(HttpMethod.Get, "/api/rooms/lobby/members", Body: null), WireDeeds.Authorization(gateway, who, user));
        Assert.Equal(told, Muted(FrameFields.Parse(await response.Content.ReadAsStringAsync())));
        return told;
    }

    private static List<string> Muted(JsonElement page)
    {
        var muted = page.Items("users").Where(entry => entry.Has("mutedUntil")).ToList();
        Assert.All(muted, entry => Assert.Equal(Until, entry.Text("mutedUntil")));
        return [.. muted.Select(entry => entry.Text("user"))];
    }

    private static MemberRole ToRole(string user) => user.EndsWith("owner", StringComparison.Ordinal) ? MemberRole.Owner
        : user.EndsWith("moderator", StringComparison.Ordinal) ? MemberRole.Moderator
        : MemberRole.Member;

    private static Who ToWho(string user) => user == "root" ? Who.Administrator : Enum.Parse<Who>($"{ToRole(user)}");

    private static Whom ToWhom(string user) => Enum.Parse<Whom>($"{ToRole(user)}");

    private static Task ModerateAsync(IRoomGrain room, ModerationAction action, string user, MemberRole? role = null) => room.Moderate(
        new Moderation(
            "root", action, user, action == ModerationAction.Mute ? DateTimeOffset.Parse(Until, null) : null, Role: role, IsAdministrator: true));
}
