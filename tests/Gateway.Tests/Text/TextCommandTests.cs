using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Text;

/// <summary>The lines that start with a slash.</summary>
public sealed class TextCommandTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    [Fact]
    public async Task Two_slashes_are_a_line_that_starts_with_one()
    {
        var room = Names.New("lobby");
        await using var client = await ArriveAsync(Names.New("alice"), room);
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await client.TypeAsync("//join the club");
        Assert.Equal("/join the club", (await bob.MessageAsync(room)).Text("text"));
    }

    [Fact]
    public async Task Help_names_every_command()
    {
        await using var client = await ArriveAsync(Names.New("alice"), Names.New("lobby"));
        await client.TypeAsync("/help");
        foreach (var command in new[] { "/join ROOM", "/leave", "/msg USER TEXT", "/who", "/history [N]", "/topic TEXT", "//text" })
            await client.SeeStartAsync($"* {command}");
    }

    [Fact]
    public async Task A_topic_and_an_archive_are_seen_as_what_somebody_did()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("lobby"));
        await using var owner = await _gateway.ConnectAsync(alice);
        await owner.DoAsync(new { type = "create", room, kind = "public" });
        await using var typist = await ArriveAsync(alice, room);
        await using var client = await ArriveAsync(bob, room);
        await client.TypeAsync("/topic mine");
        await client.SeeStartAsync("! only owners and moderators");
        await typist.TypeAsync("/topic");
        await typist.SeeAsync("! /topic TEXT");
        await typist.TypeAsync("/topic tea and cake");
        foreach (var person in new[] { typist, client }) await person.SeeAsync($"* {alice} set the topic of {room}: tea and cake");
        await owner.DoAsync(new { type = "topic", room, topic = (string?)null });
        await client.SeeAsync($"* {alice} cleared the topic of {room}");
        await owner.DoAsync(new { type = "archive", room, reason = "over" });
        await client.SeeAsync($"* {alice} archived {room}: over");
        await client.TypeAsync("hello?");
        await client.SeeAsync($"! '{room}' is archived: it can only be read");
        await client.TypeAsync("/history 1");
        Assert.Matches($@"^\* \d{{4}}-\d\d-\d\d \d\d:\d\d {alice} archived {room}: over$", await client.SeeStartAsync("* 2"));
        await owner.DoAsync(new { type = "archive", room, archived = false });
        await client.SeeAsync($"* {alice} restored {room}");
    }

    [Fact]
    public async Task Who_lists_those_who_are_online()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("lobby"));
        await using var client = await ArriveAsync(alice, room);
        await client.TypeAsync("/who");
        await client.SeeAsync($"* online in {room}: {alice} (1)");
        await using var other = await ArriveAsync(bob, room);
        await client.TypeAsync("/who");
        await client.SeeAsync($"* online in {room}: {alice}, {bob} (2)");
    }

    [Fact]
    public async Task History_shows_the_last_lines_with_their_time()
    {
        var (alice, bob, room) = (Names.New("alice"), Names.New("bob"), Names.New("lobby"));
        await using var client = await ArriveAsync(alice, room);
        await client.TypeAsync("/history");
        await client.SeeAsync($"* nothing was said in {room} yet");
        await using var program = await _gateway.ConnectToAsync(bob, room);
        for (var i = 1; i <= 30; i++) await program.SayAsync(room, $"line {i}");
        await client.SeeAsync($"{bob}: line 30");

        await client.TypeAsync("/history 3");
        await client.SeeAsync($"* history of {room}, times in UTC:");
        for (var i = 28; i <= 30; i++) Assert.Matches($@"^\* \d{{4}}-\d\d-\d\d \d\d:\d\d {bob}: line {i}$", await client.SeeStartAsync("* 2"));
        await client.TypeAsync("/history");
        await client.SeeAsync($"* history of {room}, times in UTC:");
        for (var i = 11; i <= 30; i++) Assert.EndsWith($" line {i}", await client.SeeStartAsync("* 2"), StringComparison.Ordinal);
        foreach (var wrong in new[] { "0", "201", "x", "-1", "1.5", "99999999999" })
        {
            await client.TypeAsync($"/history {wrong}");
            await client.SeeAsync("! /history N, with N from 1 to 200");
        }
    }

    [Fact]
    public async Task Join_changes_the_current_room_and_leave_ends_the_membership()
    {
        var (alice, room, dev) = (Names.New("alice"), Names.New("lobby"), Names.New("dev"));
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await bob.JoinAsync(dev);
        await using var client = await ArriveAsync(alice, room);
        await client.TypeAsync($"/join {dev}");
        await client.SeeStartAsync($"* you are in {dev} with ");
        await client.TypeAsync("in dev");
        Assert.Equal("in dev", (await bob.MessageAsync(dev)).Text("text"));
        // Back to one that was never left.
        await client.TypeAsync($"/join {room}");
        await client.SeeStartAsync($"* you are in {room} with ");
        await client.TypeAsync("in lobby");
        Assert.Equal("in lobby", (await bob.MessageAsync(room)).Text("text"));

        await client.TypeAsync("/leave");
        await client.SeeAsync($"* you left {room}");
        await client.TypeAsync("hello?");
        await client.SeeAsync("! you are in no room; /join ROOM");
        await bob.TakeAsync("presence", frame => frame.Text("room") == room && frame.Texts("left").Contains(alice));
        var members = await bob.DoAsync(new { type = "members", room });
        Assert.DoesNotContain(alice, members.Items("users").Select(user => user.Text("user")));
        await bob.SayAsync(room, "unheard");
        await bob.TakeAsync("message", frame => frame.Text("text") == "unheard");
        await bob.SayAsync(dev, "listen");
        await client.SeeAsync($"[{dev}] {bob.Welcome.Text("user")}: listen");
        Assert.DoesNotContain(client.Lines, line => line.Contains("unheard", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_is_removed_from_a_room_is_told_so()
    {
        var (alice, room) = (Names.New("alice"), Names.New("dev"));
        await using var owner = await _gateway.ConnectAsync(Names.New("owner"));
        await owner.DoAsync(new { type = "create", room, kind = "public" });
        await using var client = await ArriveAsync(alice, room);
        await owner.DoAsync(new { type = "kick", room, user = alice });
        await client.SeeAsync($"* you are no longer in {room}");
        await client.TypeAsync("hello?");
        await client.SeeAsync("! you are in no room; /join ROOM");
    }

    [Theory]
    [InlineData("/dance", "! there is no command /dance; try /help")]
    [InlineData("/", "! there is no command /; try /help")]
    [InlineData("/join", "! /join ROOM")]
    [InlineData("/join two words", "! 'two words' is not an id: 1 to 64 letters, digits, _ - or ., the first a letter or digit")]
    [InlineData("/msg", "! /msg USER TEXT")]
    [InlineData("/msg bob", "! /msg USER TEXT")]
    [InlineData("/msg :) hi", "! ':)' is not an id: 1 to 64 letters, digits, _ - or ., the first a letter or digit")]
    [InlineData("a\0b", "! text has U+0000, which cannot be stored")]
    public async Task What_goes_wrong_is_said_in_a_line_with_an_exclamation_mark(string typed, string answer)
    {
        await using var client = await ArriveAsync(Names.New("alice"), Names.New("lobby"));
        await client.TypeAsync(typed);
        await client.SeeAsync(answer);
    }

    [Fact]
    public async Task A_text_over_the_limit_is_refused_in_words()
    {
        var room = Names.New("lobby");
        await using var client = await ArriveAsync(Names.New("alice"), room);
        await client.TypeAsync(new string('x', 9000));
        await client.SeeAsync("! text is 9000 bytes; the limit is 8192");
        await using var bob = await _gateway.ConnectToAsync(Names.New("bob"), room);
        await client.TypeAsync(new string('x', 8192));
        Assert.Equal(1, (await bob.MessageAsync(room)).Number("seq"));
    }

    [Fact]
    public async Task Muted_and_banned_people_are_told_so()
    {
        var (alice, room) = (Names.New("alice"), Names.New("dev"));
        await using var owner = await _gateway.ConnectAsync(Names.New("owner"));
        await owner.DoAsync(new { type = "create", room, kind = "public" });
        await using var client = await ArriveAsync(alice, room);
        await owner.DoAsync(new { type = "mute", room, user = alice });
        await client.TypeAsync("hi");
        await client.SeeAsync($"! you are muted in '{room}'");
        await owner.DoAsync(new { type = "ban", room, user = alice });
        await client.SeeAsync($"* you are no longer in {room}");
        await client.TypeAsync($"/join {room}");
        await client.SeeAsync($"! you are banned from '{room}'");
    }

    private async Task<TextClient> ArriveAsync(string user, string room)
    {
        var client = await _gateway.TypeAsync(user, $"room={room}");
        await client.SeeStartAsync($"* welcome, {user}: you are in {room}");
        return client;
    }
}
