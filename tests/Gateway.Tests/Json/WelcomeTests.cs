using OrleansChat.Gateway.Tests.Authentication;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Permissions;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class WelcomeTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task The_first_frame_says_who_you_are_and_what_the_limits_are()
    {
        var user = Names.New("alice");
        await using var client = await ChatClient.ConnectAsync(_gateway.Json(user, "name=Alice%20L."));
        var welcome = client.Frames[0];
        Assert.Equal("welcome", welcome.Type());
        Assert.Equal("chat.v1", welcome.Text("protocol"));
        Assert.Equal(user, welcome.Text("user"));
        Assert.Equal("Alice L.", welcome.Text("name"));
        Assert.NotEmpty(welcome.Text("connection"));
        Assert.Empty(welcome.Items("rooms"));
        Assert.Equal(65536, welcome.GetProperty("limits").Number("frameBytes"));
        Assert.Equal(8192, welcome.GetProperty("limits").Number("textBytes"));
    }

    [Fact]
    public async Task Administrators_are_told_that_they_are()
    {
        await using var gateway = await TokenGateway.StartAsync("Auth:Administrators:0=root");
        await using var alice = await gateway.ConnectAsync("alice");
        Assert.False(alice.Welcome.Has("admin"));
        await using var root = await gateway.ConnectAsync("root");
        Assert.True(root.Welcome.Flag("admin"));
        await using var application = await WireDeeds.OpenAsync(gateway, Who.Application, "alice");
        Assert.True((await application.WelcomedAsync()).Flag("admin"));
    }

    [Fact]
    public async Task A_display_name_is_remembered_until_another_is_given()
    {
        var user = Names.New("alice");
        await (await ChatClient.ConnectAsync(_gateway.Json(user, "name=Alice"))).CloseAsync();
        await using (var again = await ChatClient.ConnectAsync(_gateway.Json(user))) Assert.Equal("Alice", again.Welcome.Text("name"));
        await using (var renamed = await ChatClient.ConnectAsync(_gateway.Json(user, "name=%E5%B0%8F%E6%98%8E")))
            Assert.Equal("小明", renamed.Welcome.Text("name"));
        await using var nameless = await _gateway.ConnectAsync(Names.New("bob"));
        Assert.False(nameless.Welcome.Has("name"));
    }

    [Theory]
    [InlineData("chat.v1", "chat.v1")]
    [InlineData("chat.v1", "soap", "chat.v1")]
    [InlineData(null, "soap")]
    [InlineData(null)]
    public async Task The_subprotocol_is_agreed_to_when_it_is_offered(string? agreed, params string[] offered)
    {
        await using var client = await ChatClient.ConnectAsync(_gateway.Json(Names.New("alice")), offered);
        Assert.Equal(agreed, client.SubProtocol);
    }

    [Fact]
    public async Task Each_connection_has_an_id_of_its_own()
    {
        var user = Names.New("alice");
        await using var one = await _gateway.ConnectAsync(user);
        await using var other = await _gateway.ConnectAsync(user);
        Assert.NotEqual(one.Welcome.Text("connection"), other.Welcome.Text("connection"));
    }

    [Fact]
    public async Task The_welcome_lists_the_rooms_with_what_is_unread()
    {
        var (alice, bob, room, own) = (Names.New("alice"), Names.New("bob"), Names.New("lobby"), Names.New("own"));
        await using var client = await _gateway.ConnectToAsync(alice, room);
        await client.DoAsync(new { type = "create", room = own, kind = "private" });
        await using var other = await _gateway.ConnectToAsync(bob, room);
        for (var i = 0; i < 3; i++) await other.SayAsync(room, "hi");
        await client.DoAsync(new { type = "read", room, seq = 1 });

        await using var again = await _gateway.ConnectAsync(alice);
        var rooms = again.Welcome.Items("rooms");
        Assert.Equal([room, own], rooms.Select(entry => entry.Text("room")));
        Assert.Equal(("public", "member"), (rooms[0].Text("kind"), rooms[0].Text("role")));
        Assert.Equal((3, 1, 2), (rooms[0].Number("lastSeq"), rooms[0].Number("readSeq"), rooms[0].Number("unread")));
        Assert.Equal(("private", "owner"), (rooms[1].Text("kind"), rooms[1].Text("role")));
    }

    [Fact]
    public async Task A_new_connection_follows_every_room_of_its_user()
    {
        var (alice, one, other) = (Names.New("alice"), Names.New("one"), Names.New("other"));
        await using (var before = await _gateway.ConnectToAsync(alice, one)) await before.JoinAsync(other);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), one);
        await bob.JoinAsync(other);

        await using var client = await _gateway.ConnectToAllAsync(alice);
        await bob.SayAsync(one, "in one");
        await bob.SayAsync(other, "in other");
        Assert.Equal("in one", (await client.MessageAsync(one)).Text("text"));
        Assert.Equal("in other", (await client.MessageAsync(other)).Text("text"));
    }

    [Fact]
    public async Task With_subscribe_none_nothing_comes_until_the_connection_joins()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var follower = await _gateway.ConnectToAsync(alice, room);
        await using var quiet = await _gateway.ConnectAsync(alice);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await bob.SayAsync(room, "unheard");
        await follower.MessageAsync(room);
        await quiet.CatchUpAsync();
        // It may be told that its user has entered the room, which its welcome says already.
        Assert.All(quiet.Frames, frame => Assert.Contains(frame.Type(), new[] { "welcome", "room", "pong" }));

        await quiet.JoinAsync(room);
        await bob.SayAsync(room, "heard");
        Assert.Equal("heard", (await quiet.MessageAsync(room)).Text("text"));
    }

    [Fact]
    public async Task Rooms_in_the_address_are_joined_at_once()
    {
        var (one, other) = (Names.New("one"), Names.New("other"));
        await using var client = await ChatClient.ConnectAsync(_gateway.Json(Names.New("alice"), $"rooms={other},{one}"));
        Assert.Equal([one, other], client.Welcome.Items("rooms").Select(entry => entry.Text("room")));
        foreach (var room in new[] { one, other })
        {
            var joined = await client.TakeAsync("joined", frame => frame.Text("room") == room);
            Assert.False(joined.Has("id"));
            await client.SayAsync(room, "hi");
            Assert.Equal(1, (await client.MessageAsync(room)).Number("seq"));
        }
    }

    [Fact]
    public async Task A_room_in_the_address_that_cannot_be_joined_does_not_keep_the_others_away()
    {
        var (closed, open) = (Names.New("closed"), Names.New("open"));
        await using var owner = await _gateway.ConnectAsync(Names.New("owner"));
        await owner.DoAsync(new { type = "create", room = closed, kind = "private" });
        await using var client = await ChatClient.ConnectAsync(_gateway.Json(Names.New("alice"), $"rooms={closed},%F0%9F%98%80,{open}"));
        Assert.Equal("welcome", client.Frames[0].Type());
        Assert.Equal("room", (await client.TakeAsync("error", e => e.Text("code") == "forbidden")).Text("field"));
        Assert.Equal("rooms", (await client.TakeAsync("error", e => e.Text("code") == "bad_field")).Text("field"));
        await client.TakeAsync("joined", frame => frame.Text("room") == open);
    }

    [Fact]
    public async Task No_message_is_lost_or_repeated_between_the_welcome_and_the_first_live_event()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using (await _gateway.ConnectToAsync(alice, room)) { }
        await using var sender = await _gateway.ConnectToAsync(Names.New("bob"), room);
        for (var round = 0; round < 5; round++)
        {
            // The sends are on their way while the connection is made.
            var last = 0L;
            for (var i = 0; i < 20; i++) last = await sender.PostAsync(new { type = "send", room, text = "hi" });
            await using var client = await _gateway.ConnectToAllAsync(alice);
            var newest = (await sender.ReplyAsync(last)).Number("seq");
            var known = client.Welcome.Items("rooms").Single().Number("lastSeq");
            await client.CatchUpAsync();
            if (known < newest) await client.TakeAsync("message", frame => frame.Number("seq") == newest);
            Assert.Equal(Enumerable.Range((int)known + 1, (int)(newest - known)), client.Of("message").Select(m => (int)m.Number("seq")));
        }
    }
}
