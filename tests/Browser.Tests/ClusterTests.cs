using System.Collections.Concurrent;
using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>
/// A developer's cluster: two silos and two gateways over PostgreSQL, with nginx and TLS in front. People are at the
/// page while its processes are killed by hand.
/// </summary>
public sealed class ClusterTests(Chromium chromium) : BrowserTest(chromium)
{
    private ClusterScript Script => (ClusterScript)Server;

    private protected override async Task<IChatServer> StartServerAsync() => await ClusterScript.StartAsync();

    [Fact]
    public async Task People_on_two_gateways_chat_on_while_each_silo_is_killed_and_a_gateway_drained()
    {
        Faults.Expect("WebSocket connection to");
        Faults.Expect("net::ERR_");
        var (alice, aliceGateways) = await ArriveAsync("alice");
        var (bob, bobGateways) = await ArriveAsync("bob");
        // The one with fewer connections is given to who comes, unless bob's own page is still asking for its icon.
        while (bobGateways.Last() == aliceGateways.Last())
        {
            var before = bobGateways.Count;
            await bob.Page.ReloadAsync();
            await UntilMoreThanAsync(bobGateways, before);
        }

        var said = new List<string>();
        await TalkAsync("before");
        foreach (var (silo, part) in Script.Silos().Zip(["silo-1", "silo-2"]))
        {
            await ClusterScript.SignalAsync("KILL", silo);
            await TalkAsync($"{part} is killed");
            await Script.StartsAgainAsync(part);
            await TalkAsync($"{part} starts again");
        }

        await bob.PictureAsync("cluster");
        var gateway = bobGateways.Last();
        var drained = Script.Gateway(gateway);
        var connections = bobGateways.Count;
        await ClusterScript.SignalAsync("TERM", drained);
        await UntilMoreThanAsync(bobGateways, connections);
        // On a slow machine another may have been started in its place by then, and is as good.
        if (!Script.HasEnded(drained)) Assert.NotEqual(gateway, bobGateways.Last());
        await TalkAsync("a gateway is drained");

        // A fresh page reads the same from the log.
        var (carol, _) = await ArriveAsync("carol");
        await Expect(carol.Stored).ToHaveCountAsync(said.Count);
        var lines = await carol.LinesAsync();
        Assert.Equal(lines, await alice.LinesAsync());
        Assert.Equal(lines, await bob.LinesAsync());
        Assert.Equal(Enumerable.Range(1, said.Count), await carol.SeqsAsync());
        // Everything once, and in order. Of two that were sent together the second may come first, as the client library
        // says: while a silo is dead, the server refuses the first for a moment.
        var stored = await carol.Stored.AllInnerTextsAsync();
        Assert.Equal(said.Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
        Assert.Equal(said.Select(When), stored.Select(When));

        static string When(string text) => text[(text.IndexOf(',', StringComparison.Ordinal) + 1)..];

        async Task TalkAsync(string when)
        {
            string[] ofAlice = [$"alice 1, {when}", $"alice 2, {when}"];
            string[] ofBob = [$"bob 1, {when}", $"bob 2, {when}"];
            await Task.WhenAll(alice.SendAsync(ofAlice), bob.SendAsync(ofBob));
            said.AddRange([.. ofAlice, .. ofBob]);
            foreach (var person in new[] { alice, bob })
            {
                await Expect(person.Stored).ToHaveCountAsync(said.Count);
                await Expect(person.Waiting).ToHaveCountAsync(0);
            }
        }
    }

    [Fact]
    public async Task Ctrl_C_leaves_no_process_and_no_file_behind()
    {
        var (alice, _) = await ArriveAsync("alice");
        await alice.SendAsync("hi");
        await alice.SeesAsync("hi");
        Faults.Expect("WebSocket connection to");
        var processes = Script.Processes();
        // PostgreSQL, two silos, two gateways, nginx: and what these have started.
        Assert.True(processes.Count > 6, $"there were {processes.Count} processes");
        var folder = Script.Folder;
        Assert.True(Directory.Exists(folder));
        await Script.InterruptAsync();
        Assert.Equal(0, Script.ExitCode);
        Assert.DoesNotContain(processes, process => Directory.Exists($"/proc/{process}"));
        Assert.False(Directory.Exists(folder));
    }

    /// <summary>Signs in, in the lobby.</summary>
    /// <returns>Who it is, and the gateways to which the page has been connected, the newest last.</returns>
    private async Task<(Person Person, ConcurrentQueue<string> Gateways)> ArriveAsync(string name)
    {
        var person = await ComeAsync(name, new() { IgnoreHTTPSErrors = true });
        var gateways = new ConcurrentQueue<string>();
        var network = await person.Page.Context.NewCDPSessionAsync(person.Page);
        // cluster.sh has nginx say which gateway it was; a page cannot see that.
        network.Event("Network.webSocketHandshakeResponseReceived").OnEvent += (_, handshake) =>
        {
            foreach (var header in handshake!.Value.GetProperty("response").GetProperty("headers").EnumerateObject())
            {
                if (header.Name.Equals("X-Gateway", StringComparison.OrdinalIgnoreCase))
                    gateways.Enqueue(header.Value.GetString()!.Split(", ")[^1]);
            }
        };
        await network.SendAsync("Network.enable");
        await person.Page.GotoAsync("/?room=lobby");
        await person.SignInAsync(name);
        await Expect(person.Title).ToHaveTextAsync("lobby");
        await UntilMoreThanAsync(gateways, 0);
        return (person, gateways);
    }

    private static async Task UntilMoreThanAsync(ConcurrentQueue<string> gateways, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (gateways.Count <= count) await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
    }
}
