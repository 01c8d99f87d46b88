using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

/// <summary>What the room has against a command.</summary>
public sealed class RoomRefusalTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    private static object[] AllThatNeedMembership(string room) =>
    [
        new { type = "send", room, text = "hi" },
        new { type = "history", room },
        new { type = "read", room, seq = 0 },
        new { type = "typing", room },
        new { type = "members", room },
        new { type = "invite", room, user = "bob" },
        new { type = "kick", room, user = "bob" },
    ];

    [Fact]
    public async Task A_public_room_that_one_has_not_joined_refuses_with_not_member()
    {
        var room = Names.New("lobby");
        await using (await _gateway.ConnectToAsync(Names.New("alice"), room)) { }
        await using var client = await _gateway.ConnectAsync(Names.New("bob"));
        foreach (var command in AllThatNeedMembership(room)) await client.RefusedAsync(command, "not_member", "room");
    }

    [Fact]
    public async Task A_room_that_is_not_there_and_a_private_one_look_the_same()
    {
        var (missing, hidden) = (Names.New("missing"), Names.New("hidden"));
        await using var owner = await _gateway.ConnectAsync(Names.New("owner"));
        await owner.DoAsync(new { type = "create", room = hidden, kind = "private" });
        await using var client = await _gateway.ConnectAsync(Names.New("bob"));
        foreach (var room in new[] { missing, hidden })
        {
            foreach (var command in AllThatNeedMembership(room))
            {
                var error = await client.RefusedAsync(command, "no_such_room", "room");
                Assert.Equal($"there is no room '{room}'", error.Text("message"));
            }
        }
    }

    [Fact]
    public async Task A_seq_that_the_room_has_not_reached_is_refused()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.SayAsync(room, "one");
        await client.RefusedAsync(new { type = "read", room, seq = 2 }, "bad_field", "seq");
        await client.RefusedAsync(new { type = "send", room, text = "hi", replyTo = 2 }, "bad_field", "replyTo");
        await client.RefusedAsync(new { type = "send", room, text = "hi", replyTo = 0 }, "bad_field", "replyTo");
        Assert.Equal(2, (await client.DoAsync(new { type = "send", room, text = "hi", replyTo = 1 })).Number("seq"));
    }

    [Fact]
    public async Task One_refused_send_does_not_take_its_neighbours_with_it()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.DoAsync(new { type = "send", room, text = "one", key = "used" });
        var ids = new List<long>();
        for (var i = 0; i < 30; i++)
        {
            ids.Add(await client.PostAsync((i % 3) switch
            {
                0 => new { type = "send", room, text = $"{i}" },
                1 => new { type = "send", room, text = $"{i}", replyTo = 999_999 },
                _ => (object)new { type = "send", room, text = $"{i}", key = "used" },
            }));
        }

        for (var i = 0; i < 30; i++)
        {
            var reply = await client.ReplyAsync(ids[i]);
            Assert.Equal((i % 3) switch { 0 => "ack", 1 => "bad_field", _ => "key_reused" }, reply.TextOrNull("code") ?? reply.Type());
            if (i % 3 == 0) Assert.Equal(2 + (i / 3), reply.Number("seq"));
        }
    }
}
