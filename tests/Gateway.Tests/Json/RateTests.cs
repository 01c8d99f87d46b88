using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansChat.Gateway.Json;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Json;

public sealed class RateTests
{
    [Fact]
    public async Task Haste_is_refused_with_the_time_to_wait_and_nothing_is_half_done()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:CommandsPerSecond=2", "Chat:Limits:CommandBurst=5");
        var room = Names.New("lobby");
        await using var client = await ChatClient.ConnectAsync(gateway.Json("alice", $"rooms={room}"));
        await client.TakeAsync("joined");
        var ids = new List<long>();
        for (var i = 0; i < 40; i++) ids.Add(await client.PostAsync(new { type = "send", room, text = $"{i}" }));
        var (taken, refused) = (0, 0);
        foreach (var id in ids)
        {
            var reply = await client.ReplyAsync(id);
            if (reply.Is("ack"))
            {
                Assert.Equal(++taken, reply.Number("seq"));
                continue;
            }

            refused++;
            Assert.Equal("rate_limited", reply.Text("code"));
            Assert.True(reply.Flag("retryable"));
            Assert.InRange(reply.Number("retryAfterMs"), 1, 500);
        }

        Assert.True(taken >= 5, $"{taken} were taken");
        Assert.True(refused > 0, "none was refused");
        await Patience.UntilAsync(
            async () => (await client.AskAsync(new { type = "send", room, text = "later" })).Is("ack"), "a later one was taken");

        // It is the connection's own haste; a neighbour does not feel it.
        await using var bob = await ChatClient.ConnectAsync(gateway.Json("bob", $"rooms={room}"));
        await bob.SayAsync(room, "calm");
    }

    [Fact]
    public async Task Who_goes_on_although_refused_is_read_in_small_parts_with_longer_and_longer_pauses()
    {
        var pauses = new HeldPauses();
        await using var gateway = await TestGateway.StartAsync(
            builder => builder.Services.AddSingleton<TimeProvider>(pauses),
            "Chat:Limits:CommandsPerSecond=1", "Chat:Limits:CommandBurst=5");
        await using var client = await gateway.ConnectAsync("alice");
        await using var bob = await gateway.ConnectAsync("bob");
        for (var i = 0; i < 500; i++) await client.PostAsync(new { type = "ping" });
        var lengths = new List<TimeSpan>();
        for (var i = 0; i < 7; i++)
        {
            var (length, end) = await pauses.NextAsync();
            lengths.Add(length);
            // Others are served meanwhile; they have five commands each.
            if (i < 5) await bob.CatchUpAsync();
            await Patience.UntilAsync(() => Task.FromResult(client.Of("error").Count() >= 120 + (20 * i)), "what was refused has arrived");
            if (i < 6) end();
        }

        // Each command that a slow machine earned in between was carried out, and made up for a refusal.
        var refused = client.Of("error").Count();
        Assert.InRange(refused, 240, 240 + client.Frames.Count - refused);
        Assert.True(lengths[0] < lengths[^1], string.Join(", ", lengths));
    }

    [Fact]
    public void A_refusal_names_the_whole_time_to_wait()
    {
        var haste = new ChatException(ChatErrorCode.RateLimited, "too fast") { RetryAfter = TimeSpan.FromMilliseconds(1500.2) };
        var frame = FrameFields.Parse(Encoding.UTF8.GetString(JsonFrames.Error(null, haste).Span));
        Assert.Equal(1501, frame.Number("retryAfterMs"));
    }

    [Fact]
    public async Task A_person_who_types_too_fast_is_told_so()
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:CommandsPerSecond=1", "Chat:Limits:CommandBurst=2");
        await using var alice = await gateway.TypeAsync("alice");
        await alice.SeeStartAsync("* welcome");
        for (var i = 0; i < 20; i++) await alice.TypeAsync("hi");
        await alice.SeeStartAsync("! too fast; try again in ");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\n\r\n")]
    public async Task A_frame_of_a_person_that_says_nothing_counts_as_one_that_does(string blank)
    {
        await using var gateway = await TestGateway.StartAsync("Chat:Limits:CommandsPerSecond=1", "Chat:Limits:CommandBurst=2");
        await using var alice = await gateway.TypeAsync("alice");
        await alice.SeeStartAsync("* welcome");
        for (var i = 0; i < 20; i++) await alice.TypeAsync(blank);
        await alice.SeeStartAsync("! too fast; try again in ");
    }
}
