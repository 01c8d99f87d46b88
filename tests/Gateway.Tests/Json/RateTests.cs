using System.Text;
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
}
