using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

/// <summary>What is wrong with a command alone, whatever the state of the room.</summary>
public sealed class RefusalTests(SharedGateway shared)
{
    private readonly TestGateway _gateway = shared.Gateway;

    private static string Deep => string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40);

    [Theory]
    [InlineData("{")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("\"ping\"")]
    [InlineData("42")]
    [InlineData("null")]
    [InlineData(" ")]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("""{"type":"ping"} x""")]
    [InlineData("""{"type":"ping",}""")]
    [InlineData("""{"type":"ping"/* a comment */}""")]
    [InlineData("""{"type":"ping","id":NaN}""")]
    [InlineData("""{"type":"ping","type":"ping"}""")]
    [InlineData("""{"type":"send","room":"a","text":"b","te\u0078t":"c"}""")]
    [InlineData("""{"type":"send","room":"a","text":"b","data":{"x":1,"x":2}}""")]
    [InlineData("\uFEFF{\"type\":\"ping\"}")]
    [InlineData("{\"type\":\"ping\",\"room\":\"a\u0000\"}")]
    public async Task What_is_not_one_JSON_object_is_bad_json(string frame)
    {
        var error = await SendAsync(frame);
        Assert.Equal("bad_json", error.Text("code"));
        Assert.False(error.Has("id"));
    }

    [Fact]
    public async Task What_is_nested_too_deep_is_bad_json() => Assert.Equal("bad_json", (await SendAsync(Deep)).Text("code"));

    [Theory]
    [InlineData("""{"type":"dance"}""", "unknown_type", "type")]
    [InlineData("""{"type":"Send","room":"a","text":"b"}""", "unknown_type", "type")]
    [InlineData("""{"type":"welcome"}""", "unknown_type", "type")]
    [InlineData("{}", "missing_field", "type")]
    [InlineData("""{"type":null}""", "missing_field", "type")]
    [InlineData("""{"type":"send","text":"hi"}""", "missing_field", "room")]
    [InlineData("""{"type":"send","room":"a"}""", "missing_field", "text")]
    [InlineData("""{"type":"send","room":"a","text":null}""", "missing_field", "text")]
    [InlineData("""{"type":"join"}""", "missing_field", "room")]
    [InlineData("""{"type":"leave"}""", "missing_field", "room")]
    [InlineData("""{"type":"history"}""", "missing_field", "room")]
    [InlineData("""{"type":"typing"}""", "missing_field", "room")]
    [InlineData("""{"type":"members"}""", "missing_field", "room")]
    [InlineData("""{"type":"read","room":"a"}""", "missing_field", "seq")]
    [InlineData("""{"type":"create","room":"a"}""", "missing_field", "kind")]
    [InlineData("""{"type":"invite","room":"a"}""", "missing_field", "user")]
    [InlineData("""{"type":"ban","user":"a"}""", "missing_field", "room")]
    [InlineData("""{"type":7}""", "bad_field", "type")]
    [InlineData("""{"type":"ping","id":{}}""", "bad_field", "id")]
    [InlineData("""{"type":"ping","id":true}""", "bad_field", "id")]
    [InlineData("""{"type":"join","room":5}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":""}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"two words"}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"-dash"}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"a:b"}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"dm:alice"}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"dm:a:b:c"}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"\ud83d\ude00"}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"\ud800"}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"a\u0000b"}""", "bad_field", "room")]
    [InlineData("""{"type":"join","room":"a","since":-1}""", "bad_field", "since")]
    [InlineData("""{"type":"join","room":"a","since":1.5}""", "bad_field", "since")]
    [InlineData("""{"type":"join","room":"a","since":"1"}""", "bad_field", "since")]
    [InlineData("""{"type":"join","room":"a","since":9007199254740992}""", "bad_field", "since")]
    [InlineData("""{"type":"join","room":"a","since":1e999}""", "bad_field", "since")]
    [InlineData("""{"type":"join","room":"a","since":99999999999999999999999999999999}""", "bad_field", "since")]
    [InlineData("""{"type":"join","room":"a","since":1,"log":7}""", "bad_field", "log")]
    [InlineData("""{"type":"send","room":"a","to":"b","text":"hi"}""", "bad_field", "to")]
    [InlineData("""{"type":"send","to":"dm:a:b","text":"hi"}""", "bad_field", "to")]
    [InlineData("""{"type":"send","room":"a","text":7}""", "bad_field", "text")]
    [InlineData("""{"type":"send","room":"a","text":""}""", "bad_field", "text")]
    [InlineData("""{"type":"send","room":"a","text":"a\u0000b"}""", "bad_field", "text")]
    [InlineData("""{"type":"send","room":"a","text":"\ud83d"}""", "bad_field", "text")]
    [InlineData("""{"type":"send","room":"a","text":"\ude00\ud83d"}""", "bad_field", "text")]
    [InlineData("""{"type":"send","room":"a","text":"hi","key":""}""", "bad_field", "key")]
    [InlineData("""{"type":"send","room":"a","text":"hi","key":5}""", "bad_field", "key")]
    [InlineData("""{"type":"send","room":"a","text":"hi","key":"a\nb"}""", "bad_field", "key")]
    [InlineData("""{"type":"send","room":"a","text":"hi","data":[1]}""", "bad_field", "data")]
    [InlineData("""{"type":"send","room":"a","text":"hi","replyTo":"1"}""", "bad_field", "replyTo")]
    [InlineData("""{"type":"history","room":"a","limit":0}""", "bad_field", "limit")]
    [InlineData("""{"type":"history","room":"a","limit":201}""", "bad_field", "limit")]
    [InlineData("""{"type":"history","room":"a","before":5,"after":1}""", "bad_field", "after")]
    [InlineData("""{"type":"read","room":"a","seq":-5}""", "bad_field", "seq")]
    [InlineData("""{"type":"create","room":"a","kind":"secret"}""", "bad_field", "kind")]
    [InlineData("""{"type":"create","room":"dm:a:b","kind":"private"}""", "bad_field", "room")]
    [InlineData("""{"type":"kick","room":"a","user":"b c"}""", "bad_field", "user")]
    [InlineData("""{"type":"mute","room":"a","user":"b","until":"tomorrow"}""", "bad_field", "until")]
    public async Task A_wrong_command_is_refused_by_the_name_of_the_field(string frame, string code, string field)
    {
        var error = await SendAsync(frame);
        Assert.Equal((code, field), (error.Text("code"), error.Text("field")));
    }

    [Theory]
    [InlineData("key", 64)]
    [InlineData("id", 64)]
    [InlineData("room", 64)]
    public async Task A_field_may_be_as_long_as_is_said_and_no_longer(string field, int longest)
    {
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        var room = Names.New("lobby");
        await client.JoinAsync(room);
        foreach (var (length, good) in new[] { (longest, true), (longest + 1, false) })
        {
            // The same number of characters in bytes and beyond: characters are what counts.
            var value = new string('好', length);
            await client.SendAsync(field switch
            {
                "key" => $$"""{"type":"send","room":"{{room}}","text":"hi","key":"{{value}}","id":1}""",
                "id" => $$"""{"type":"ping","id":"{{value}}"}""",
                _ => $$"""{"type":"join","room":"{{value}}","id":1}""",
            });
            if (good) await client.TakeAsync(field switch { "key" => "ack", "id" => "pong", _ => "joined" });
            else Assert.Equal(("bad_field", field), ((await client.TakeAsync("error")) is var error ? error.Text("code") : "", error.Text("field")));
        }
    }

    [Fact]
    public async Task A_text_over_the_limit_is_refused_in_bytes_of_UTF_8()
    {
        var room = Names.New("lobby");
        await using var client = await _gateway.ConnectToAsync(Names.New("alice"), room);
        await client.SayAsync(room, new string('x', 8192));
        var error = await client.RefusedAsync(new { type = "send", room, text = new string('x', 8193) }, "text_too_long", "text");
        Assert.Contains("8193", error.Text("message"), StringComparison.Ordinal);
        Assert.Contains("8192", error.Text("message"), StringComparison.Ordinal);
        await client.RefusedAsync(new { type = "send", room, text = new string('好', 2731) }, "text_too_long", "text");
        await client.SayAsync(room, new string('好', 2730));
        await client.RefusedAsync(
            new { type = "send", room, text = "hi", data = new { x = new string('x', 16384) } }, "text_too_long", "data");
        Assert.Equal(3, (await client.SayAsync(room, "nothing of it was stored")).Number("seq"));
    }

    // Each refusal is complete, and the connection goes on.
    private async Task<System.Text.Json.JsonElement> SendAsync(string frame)
    {
        await using var client = await _gateway.ConnectAsync(Names.New("alice"));
        await client.SendAsync(frame);
        var error = await client.TakeAsync("error");
        Assert.NotEmpty(error.Text("message"));
        Assert.False(error.Flag("retryable"));
        await client.CatchUpAsync();
        Assert.Equal(["welcome", "error", "pong"], client.Frames.Select(f => f.Type()));
        return error;
    }
}
