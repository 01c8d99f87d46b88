using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class SignalTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Presence_tells_who_comes_and_who_goes()
    {
        var (bob, carol, room) = (Names.New("bob"), Names.New("carol"), Names.New("lobby"));
        await using var alice = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await using var client = await _gateway.ConnectToAsync(bob, room);
        var came = await alice.TakeAsync("presence", frame => frame.Texts("joined").Contains(bob));
        Assert.Equal((room, 2), (came.Text("room"), came.Number("online")));
        Assert.Empty(came.Texts("left"));

        // By leaving, by closing, and by being lost.
        await client.DoAsync(new { type = "leave", room });
        Assert.Equal(1, (await alice.TakeAsync("presence", frame => frame.Texts("left").Contains(bob))).Number("online"));
        await client.JoinAsync(room);
        await alice.TakeAsync("presence", frame => frame.Texts("joined").Contains(bob));
        await client.CloseAsync();
        await alice.TakeAsync("presence", frame => frame.Texts("left").Contains(bob));
        var raw = await RawSocket.ConnectAsync(_gateway.Json(carol, $"rooms={room}"));
        await alice.TakeAsync("presence", frame => frame.Texts("joined").Contains(carol));
        raw.Reset();
        await alice.TakeAsync("presence", frame => frame.Texts("left").Contains(carol));
    }

    [Fact]
    public async Task A_second_connection_of_a_user_is_no_news_until_the_last_has_gone()
    {
        var (bob, room) = (Names.New("bob"), Names.New("lobby"));
        await using var alice = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await using var phone = await _gateway.ConnectToAsync(bob, room);
        await alice.TakeAsync("presence", frame => frame.Texts("joined").Contains(bob));
        await using var laptop = await _gateway.ConnectToAsync(bob, room);
        await phone.CloseAsync();
        await Patience.UntilAsync(
            async () => (await _gateway.Grain<IUserGrain>(bob).Connections()).Length == 1, "the phone's connection had ended");
        // Somebody else's coming proves that presence was told since.
        var carol = Names.New("carol");
        await using var third = await _gateway.ConnectToAsync(carol, room);
        await alice.TakeAsync("presence", frame => frame.Texts("joined").Contains(carol));
        Assert.DoesNotContain(alice.Of("presence"), frame => frame.Texts("left").Contains(bob));
        Assert.Contains(bob, (await alice.JoinAsync(room)).Texts("users"));
        await laptop.CloseAsync();
        await alice.TakeAsync("presence", frame => frame.Texts("left").Contains(bob));
    }

    [Fact]
    public async Task Typing_is_shown_to_the_others_and_not_to_oneself()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var typist = await _gateway.ConnectToAsync(alice, room);
        await using var laptop = await _gateway.ConnectToAsync(alice, room);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await typist.TellAsync(new { type = "typing", room });
        var typing = await bob.TakeAsync("typing");
        Assert.Equal((room, alice), (typing.Text("room"), typing.Text("user")));
        foreach (var own in new[] { typist, laptop })
        {
            await own.CatchUpAsync();
            Assert.Empty(own.Of("typing"));
        }
    }

    [Fact]
    public async Task Typing_is_shown_at_most_once_in_three_seconds_of_a_user()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var typist = await _gateway.ConnectToAsync(alice, room);
        await using var carol = await _gateway.ConnectToAsync(Names.New("carol"), room);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 20; i++) await typist.TellAsync(new { type = "typing", room });
        await typist.SayAsync(room, "done");
        await carol.TellAsync(new { type = "typing", room });
        await bob.TakeAsync("typing", frame => frame.Text("user") == carol.Welcome.Text("user"));
        // On a machine so slow that three seconds have passed there may be more.
        var most = 1 + (int)(TimeProvider.System.GetElapsedTime(started).TotalSeconds / 3);
        Assert.InRange(bob.Of("typing").Count(frame => frame.Text("user") == alice), 1, most);

        // And again when the time has come.
        await Patience.UntilAsync(
            async () =>
            {
                await typist.TellAsync(new { type = "typing", room });
                await typist.CatchUpAsync();
                return bob.Of("typing").Count(frame => frame.Text("user") == alice) > most;
            },
            "typing was shown again");
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(2.9));
    }

    [Fact]
    public async Task A_read_cursor_is_shown_to_everyone_and_lasts()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var reader = await _gateway.ConnectToAsync(alice, room);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        for (var i = 0; i < 5; i++) await bob.SayAsync(room, "hi");
        Assert.Equal("ok", (await reader.DoAsync(new { type = "read", room, seq = 3 })).Type());
        foreach (var client in new[] { reader, bob })
        {
            var read = await client.TakeAsync("read");
            Assert.Equal((room, alice, 3), (read.Text("room"), read.Text("user"), read.Number("seq")));
        }

        // A cursor does not go back, and that is no error.
        await reader.DoAsync(new { type = "read", room, seq = 2 });
        Assert.Equal(3, (await reader.JoinAsync(room)).Number("readSeq"));
        await using var again = await _gateway.ConnectAsync(alice);
        var entry = again.Welcome.Items("rooms").Single();
        Assert.Equal((3, 5, 2), (entry.Number("readSeq"), entry.Number("lastSeq"), entry.Number("unread")));
        await reader.DoAsync(new { type = "read", room, seq = 5 });
        await bob.TakeAsync("read", frame => frame.Number("seq") == 5);
        Assert.Equal([3, 5], bob.Of("read").Select(frame => frame.Number("seq")));
    }

    [Fact]
    public async Task In_a_room_above_fifty_members_a_read_cursor_is_its_users_own()
    {
        var (alice, room) = (Names.New("alice"), Names.New("hall"));
        await using var reader = await _gateway.ConnectToAsync(alice, room);
        await using var laptop = await _gateway.ConnectToAsync(alice, room);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        for (var i = 0; i < 49; i++) await bob.DoAsync(new { type = "invite", room, user = Names.New("guest") });
        await bob.SayAsync(room, "hi");
        await reader.DoAsync(new { type = "read", room, seq = 1 });
        await laptop.TakeAsync("read", frame => frame.Text("user") == alice);
        await bob.CatchUpAsync();
        Assert.Empty(bob.Of("read"));
    }

    [Fact]
    public async Task The_other_devices_learn_of_a_room_joined_created_or_left()
    {
        var (alice, room, dev) = (Names.New("alice"), Names.New("lobby"), Names.New("dev"));
        await using var laptop = await _gateway.ConnectToAllAsync(alice);
        await using var tablet = await _gateway.ConnectAsync(alice);
        await using var phone = await _gateway.ConnectToAsync(alice, room);
        foreach (var device in new[] { laptop, tablet })
        {
            var added = await device.TakeAsync("room");
            Assert.Equal(["type", "room", "kind", "role", "lastSeq", "readSeq", "unread"], added.Names());
            Assert.Equal((room, "public", "member", 0), (added.Text("room"), added.Text("kind"), added.Text("role"), added.Number("lastSeq")));
        }

        await phone.DoAsync(new { type = "create", room = dev, kind = "private" });
        Assert.Equal("owner", (await laptop.TakeAsync("room", frame => frame.Text("room") == dev)).Text("role"));

        // A device that follows everything follows what was added; one that follows nothing does not.
        await phone.SayAsync(room, "hi");
        await laptop.MessageAsync(room);
        await phone.DoAsync(new { type = "leave", room });
        foreach (var device in new[] { laptop, tablet })
        {
            var removed = await device.TakeAsync("room", frame => frame.Has("removed"));
            Assert.Equal((room, true), (removed.Text("room"), removed.Flag("removed")));
        }

        await tablet.CatchUpAsync();
        Assert.Empty(tablet.Of("message"));
        await phone.CatchUpAsync();
        Assert.Empty(phone.Of("room"));
    }
}
