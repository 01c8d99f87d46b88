using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Text;

/// <summary>What a person at the text endpoint sees: the protocol's §2.</summary>
public sealed class TextTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Whoever_comes_is_told_where_they_are_and_with_whom()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("lobby"));
        await using var first = await _gateway.TypeAsync(bob, $"room={room}");
        await first.SeeAsync($"* welcome, {bob}: you are in {room} (1 online)");
        await using var second = await _gateway.TypeAsync(alice, $"room={room}");
        await second.SeeAsync($"* welcome, {alice}: you are in {room} with {bob} (2 online)");
    }

    [Fact]
    public async Task The_default_room_is_the_lobby()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var alice = await gateway.TypeAsync("alice");
        await alice.SeeAsync("* welcome, alice: you are in lobby (1 online)");
    }

    [Fact]
    public async Task What_is_typed_goes_to_the_others_and_to_ones_own_other_connections_and_is_not_echoed()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var here = await _gateway.TypeAsync(alice, $"room={room}");
        await here.SeeStartAsync("* welcome");
        await using var there = await _gateway.TypeAsync(alice, $"room={room}");
        await using var program = await _gateway.ConnectToAsync(alice, room);
        await using var bob = await _gateway.TypeAsync(Names.New("bob"), $"room={room}");
        await bob.SeeStartAsync("* welcome");
        await there.CatchUpAsync();
        await here.TypeAsync("hi");
        await here.TypeAsync("there");
        foreach (var other in new[] { there, bob })
        {
            await other.SeeAsync($"{alice}: hi");
            await other.SeeAsync($"{alice}: there");
        }

        var message = await program.MessageAsync(room);
        Assert.Equal((1, alice, "hi"), (message.Number("seq"), message.Text("from"), message.Text("text")));
        await here.CatchUpAsync();
        Assert.DoesNotContain(here.Lines, line => line.StartsWith(alice, StringComparison.Ordinal));
        // And the same words from elsewhere are no echo.
        await program.SayAsync(room, "hi");
        await here.SeeAsync($"{alice}: hi");
    }

    [Fact]
    public async Task What_others_send_under_a_key_that_begins_as_those_of_ones_lines_do_is_seen()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("lobby"));
        await using var client = await _gateway.TypeAsync(alice, $"room={room}");
        await client.SeeStartAsync("* welcome");
        await using var program = await _gateway.ConnectToAsync(bob, room);
        await client.TypeAsync("hi");
        var key = (await program.MessageAsync(room)).Text("key");
        await program.DoAsync(new { type = "send", room, text = "alice is a thief", key });
        await program.DoAsync(new { type = "send", room, text = "a liar, too", key = key + "1" });
        await client.SeeAsync($"{bob}: alice is a thief");
        await client.SeeAsync($"{bob}: a liar, too");
    }

    [Fact]
    public async Task A_message_in_another_of_ones_rooms_says_which()
    {
        var (alice, bob, room, dev) = (Names.New("alice"), Names.New("bob"), Names.New("lobby"), Names.New("dev"));
        await using var program = await _gateway.ConnectToAsync(bob, dev);
        await using var client = await _gateway.TypeAsync(alice, $"room={dev}");
        await client.SeeStartAsync("* welcome");
        await program.JoinAsync(room);
        await client.TypeAsync($"/join {room}");
        await client.SeeAsync($"* you are in {room} with {bob} (2 online)");
        await program.SayAsync(dev, "over here");
        await client.SeeAsync($"[{dev}] {bob}: over here");
        await program.SayAsync(room, "and here");
        await client.SeeAsync($"{bob}: and here");

        // A room that one is in already is followed from the start.
        await using var again = await _gateway.TypeAsync(alice, $"room={room}");
        await again.SeeStartAsync("* welcome");
        await Patience.UntilAsync(
            async () =>
            {
                await program.SayAsync(dev, "still here");
                return again.Lines.Contains($"[{dev}] {bob}: still here");
            },
            "the other room was followed");
    }

    [Fact]
    public async Task A_direct_message_is_marked_and_can_be_answered()
    {
        var (alice, bob) = (Names.New("alice"), Names.New("bob"));
        await using var one = await _gateway.TypeAsync(alice, $"room={Names.New("room")}");
        await using var other = await _gateway.TypeAsync(bob, $"room={Names.New("room")}");
        await one.SeeStartAsync("* welcome");
        await other.SeeStartAsync("* welcome");
        await one.TypeAsync($"/msg {bob} psst, over here");
        await other.SeeAsync($"(direct) {alice}: psst, over here");
        await other.TypeAsync($"/msg {alice}   what?  ");
        await one.SeeAsync($"(direct) {bob}: what?");
        await one.CatchUpAsync();
        Assert.DoesNotContain(one.Lines, line => line.Contains("psst", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Coming_and_going_is_told_in_the_current_room_and_not_of_oneself()
    {
        var (alice, carol, room) = (Names.New("alice"), Names.New("carol"), Names.New("lobby"));
        await using var client = await _gateway.TypeAsync(alice, $"room={room}");
        await client.SeeStartAsync("* welcome");
        await using (var guest = await _gateway.TypeAsync(carol, $"room={room}")) await client.SeeAsync($"* {carol} joined {room}");
        await client.SeeAsync($"* {carol} left {room}");
        Assert.DoesNotContain(client.Lines, line => line.StartsWith($"* {alice}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a\u001B[2Jb", "a�[2Jb")]
    [InlineData("one\r\nbob: two", "one ⏎ bob: two")]
    [InlineData("one\ntwo\rthree", "one ⏎ two ⏎ three")]
    [InlineData("one\u0085two\u2028three\u2029four", "one ⏎ two ⏎ three ⏎ four")]
    [InlineData("only\u2028this", "only ⏎ this")]
    [InlineData("bell\u0007\u009B31m", "bell��31m")]
    [InlineData("a\tb", "a b")]
    [InlineData("小明 👩‍👩‍👧‍👦 שלום <b>&amp;", "小明 👩‍👩‍👧‍👦 שלום <b>&amp;")]
    public async Task A_message_is_one_line_and_commands_no_terminal(string text, string line)
    {
        var (bob, room) = (Names.New("bob"), Names.New("lobby"));
        await using var client = await _gateway.TypeAsync(Names.New("alice"), $"room={room}");
        await client.SeeStartAsync("* welcome");
        await using var program = await _gateway.ConnectToAsync(bob, room);
        await program.SayAsync(room, text);
        await client.SeeAsync($"{bob}: {line}");
        await client.TypeAsync("/history");
        Assert.EndsWith($" {bob}: {line}", await client.SeeStartAsync("* 2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_lines_in_one_frame_are_several_messages()
    {
        var (alice, room) = (Names.New("alice"), Names.New("lobby"));
        await using var client = await _gateway.TypeAsync(alice, $"room={room}");
        await client.SeeStartAsync("* welcome");
        await using var program = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await client.TypeAsync("one\r\ntwo\n\n//three\n");
        foreach (var text in new[] { "one", "two", "/three" }) Assert.Equal(text, (await program.MessageAsync(room)).Text("text"));
    }

    [Theory]
    [InlineData("/ws/a%20b")]
    [InlineData("/ws/%F0%9F%98%80")]
    [InlineData("/ws/dm:a:b")]
    public async Task Whoever_has_no_proper_name_is_told_so_and_closed_with_1008(string path)
    {
        await using var client = await TextClient.ConnectAsync(_gateway.Socket(path));
        await client.SeeStartAsync("! user is not an id");
        Assert.Equal(1008, (await client.ClosedAsync()).Code);
    }

    [Fact]
    public async Task A_room_that_cannot_be_joined_closes_with_1008_and_says_why()
    {
        var room = Names.New("hidden");
        await using var owner = await _gateway.ConnectAsync(Names.New("owner"));
        await owner.DoAsync(new { type = "create", room, kind = "private" });
        await using var refused = await _gateway.TypeAsync(Names.New("alice"), $"room={room}");
        await refused.SeeAsync($"! '{room}' is private; an owner can invite you");
        Assert.Equal(1008, (await refused.ClosedAsync()).Code);
        await using var nameless = await _gateway.TypeAsync(Names.New("alice"), "room=two%20words");
        await nameless.SeeStartAsync("! 'two words' is not an id");
    }

    [Fact]
    public async Task A_binary_frame_closes_the_text_endpoint_too()
    {
        await using var raw = await RawSocket.ConnectAsync(_gateway.Socket($"/ws/{Names.New("alice")}?room={Names.New("room")}"));
        await raw.SendAsync(RawSocket.Binary, [1, 2, 3]);
        var frames = await raw.ReadToEndAsync();
        Assert.Equal("! binary frames are not part of this protocol", frames[^2].Text);
        Assert.Equal(1003, frames[^1].Code);
    }
}
