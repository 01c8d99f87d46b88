using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Hostile;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Connections;

[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    [Fact]
    public async Task A_gateway_with_too_much_memory_takes_nobody_else_and_those_who_are_there_go_on()
    {
        // The test's own memory is the gateway's: they are one process.
        var limit = (Environment.WorkingSet >> 20) + 500;
        await using var gateway = await TestGateway.StartAsync(
            string.Create(CultureInfo.InvariantCulture, $"Chat:Limits:MemoryMegabytes={limit}"), "Chat:Limits:ConnectionsPerUser=1000");
        using var http = new HttpClient { BaseAddress = gateway.Http };
        await using var alice = await gateway.ConnectToAsync("alice", "lobby");
        Assert.True(await IsWelcomeAsync(gateway));
        var ballast = Fill((nint)1000 << 20);
        try
        {
            await Patience.UntilAsync(async () => !await IsWelcomeAsync(gateway), "somebody was refused");
            using var refused = await http.GetAsync("/api/auth");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter!.Delta);
            var problem = FrameFields.Parse(await refused.Content.ReadAsStringAsync());
            Assert.Equal(("unavailable", 5000), (problem.Text("code"), (int)problem.Number("retryAfterMs")));
            Assert.Contains("memory", problem.Text("detail"), StringComparison.Ordinal);
            await alice.SayAsync("lobby", "still here");
            await alice.MessageAsync("lobby");
            using var health = await http.GetAsync("/healthz/live");
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        }
        finally
        {
            Marshal.FreeHGlobal(ballast);
        }

        await Patience.UntilAsync(() => IsWelcomeAsync(gateway), "there was memory again");
    }

    private static async Task<bool> IsWelcomeAsync(TestGateway gateway)
    {
        await using var client = await ChatClient.OpenAsync(gateway.Json("bob"));
        await Task.WhenAny(client.TakeAsync("welcome"), client.TakeAsync("goodbye"));
        if (client.Frames[0].Is("welcome")) return true;
        Assert.Equal(1013, client.Frames[0].Number("code"));
        return false;
    }

    // Outside of .NET's own memory: it is there when it was written to, and gone when it is given back.
    private static nint Fill(nint bytes)
    {
        var memory = Marshal.AllocHGlobal(bytes);
        for (nint page = 0; page < bytes; page += Environment.SystemPageSize) Marshal.WriteByte(memory + page, 1);
        return memory;
    }
}
