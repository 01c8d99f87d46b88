using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

/// <summary>Until when something holds, as it is read over HTTP and on the wire.</summary>
public sealed class TimesTests(SharedApi api)
{
    [Theory]
    [InlineData("")]
    [InlineData("01/02/2999")]
    [InlineData("10:00")]
    [InlineData("Jan 2")]
    [InlineData("2999-01-31")]
    [InlineData("2999-01-31T12:00:00")]
    [InlineData("2999-01-31 12:00:00Z")]
    [InlineData(" 2999-01-31T12:00:00Z")]
    [InlineData("2999-01-31T12:00Z")]
    [InlineData("2999-01-31T12:00:00 Z")]
    [InlineData("2999-01-31T12:00:00+0200")]
    [InlineData("2999-01-31T12:00:00+99:00")]
    [InlineData("2999-02-30T12:00:00Z")]
    [InlineData("29990131T120000Z")]
    [InlineData("Thu, 31 Jan 2999 12:00:00 GMT")]
    [InlineData("32474692800")]
    [InlineData("２９９９-01-31T12:00:00Z")]
    [InlineData("2020-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    public async Task What_is_no_time_or_is_over_is_refused_by_name_and_nothing_is_done(string until)
    {
        var (owner, bob, room) = (Names.New("owner"), Names.New("bob"), Names.New("room"));
        using var http = api.As(owner);
        using var member = api.As(bob);
        using var application = api.Application();
        await http.PostAsync("/api/rooms", new { room, kind = "public" }, 201);
        await member.PostAsync($"/api/rooms/{room}/join");
        await using var socket = await api.Tokens.ConnectAsync(owner);
        foreach (var act in new[] { "ban", "mute" })
        {
            await http.PostRefusedAsync($"/api/rooms/{room}/{act}", new { user = bob, until }, 400, "bad_field", "until");
            await socket.RefusedAsync(new { type = act, room, user = bob, until }, "bad_field", "until");
        }

        await application.RefusedAsync(HttpMethod.Put, $"/api/users/{bob}/suspension", new { until }, 400, "bad_field", "until");
        await member.PostAsync($"/api/rooms/{room}/messages", new { text = "still here" }, 201);
    }

    [Theory]
    [InlineData("2999-01-31T12:00:00Z", "2999-01-31T12:00:00.000Z")]
    [InlineData("2999-01-31T12:00:00.5Z", "2999-01-31T12:00:00.500Z")]
    [InlineData("2999-01-31T12:00:00.123456789Z", "2999-01-31T12:00:00.123Z")]
    [InlineData("2999-01-31T14:30:00+02:30", "2999-01-31T12:00:00.000Z")]
    [InlineData("2999-01-31T05:00:00.000-07:00", "2999-01-31T12:00:00.000Z")]
    public async Task A_time_is_read_with_its_offset_however_often_it_is_said(string until, string read)
    {
        var (owner, bob, room) = (Names.New("owner"), Names.New("bob"), Names.New("room"));
        using var http = api.As(owner);
        using var member = api.As(bob);
        await http.PostAsync("/api/rooms", new { room, kind = "public" }, 201);
        await member.PostAsync($"/api/rooms/{room}/join");
        await using var socket = await api.Tokens.ConnectAsync(owner);
        for (var twice = 0; twice < 2; twice++)
        {
            await http.PostAsync($"/api/rooms/{room}/mute", new { user = bob, until }, 204);
            await socket.DoAsync(new { type = "mute", room, user = bob, until });
        }

        var members = (await http.GetAsync($"/api/rooms/{room}/members")).Items("users");
        Assert.Equal(read, members.Single(one => one.Text("user") == bob).Text("mutedUntil"));
        for (var twice = 0; twice < 2; twice++) await http.PostAsync($"/api/rooms/{room}/ban", new { user = bob, until }, 204);
    }
}
