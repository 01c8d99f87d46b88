using OrleansChat.Browser.Tests.Browsers;
using OrleansChat.Browser.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace OrleansChat.Browser.Tests;

/// <summary>The server, a process of its own, is killed and started again under people who are at the page.</summary>
public sealed class RestartTests(Chromium chromium) : BrowserTest(chromium)
{
    private ServerProcess Process => (ServerProcess)Server;

    private protected override async Task<IChatServer> StartServerAsync() => await ServerProcess.RunAsync();

    [Fact]
    public async Task A_restart_shows_the_banner_catches_up_and_sends_what_waited_once_and_in_order()
    {
        ExpectLostConnections();
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob");
        await alice.SendAsync("before 1");
        await bob.SeesAsync("before 1");
        await bob.SendAsync("before 2");
        await alice.SeesAsync("before 1", "before 2");

        await Process.KillAsync();
        foreach (var person in new[] { alice, bob })
        {
            await Expect(person.Banner).ToBeVisibleAsync();
            await Expect(person.Banner).ToContainTextAsync("Offline");
        }

        await alice.SendAsync("alice waits 1", "alice waits 2", "alice waits 3");
        await bob.SendAsync("bob waits 1", "bob waits 2");
        await Expect(alice.Waiting).ToHaveTextAsync(["alice waits 1", "alice waits 2", "alice waits 3"]);
        await Expect(bob.Waiting).ToHaveTextAsync(["bob waits 1", "bob waits 2"]);
        await alice.PictureAsync("restart-offline");

        await Process.StartAsync();
        await Expect(alice.Stored).ToHaveCountAsync(7);
        await Expect(bob.Stored).ToHaveCountAsync(7);
        await Expect(alice.Banner).ToBeHiddenAsync();
        await Expect(bob.Banner).ToBeHiddenAsync();
        await Expect(alice.Messages).ToHaveCountAsync(7);
        await Expect(bob.Messages).ToHaveCountAsync(7);

        Assert.Equal(Enumerable.Range(1, 7), await alice.SeqsAsync());
        var lines = await alice.LinesAsync();
        Assert.Equal(lines, await bob.LinesAsync());
        Assert.Equal(["before 1", "alice waits 1", "alice waits 2", "alice waits 3"], TextsOf("alice", lines));
        Assert.Equal(["before 2", "bob waits 1", "bob waits 2"], TextsOf("bob", lines));
        await bob.PictureAsync("restart-back");

        // Both have found each other again, and a fresh page reads the same.
        await alice.SendAsync("after");
        await Expect(bob.Stored).ToHaveCountAsync(8);
        await Expect(alice.OnlineCount).ToHaveTextAsync("2 online");
        var carol = await JoinAsync("carol");
        await Expect(carol.Stored).ToHaveCountAsync(8);
        Assert.Equal(await bob.LinesAsync(), await carol.LinesAsync());
    }

    [Fact]
    public async Task A_kill_in_the_middle_of_a_burst_loses_and_doubles_nothing()
    {
        ExpectLostConnections();
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob");
        string[] burst = [.. Enumerable.Range(1, 40).Select(n => $"message {n}")];
        var sending = alice.SendAsync(burst);
        // Some are stored then, some on their way, some not typed yet.
        await Expect(bob.Stored.Nth(4)).ToBeVisibleAsync();
        await Process.KillAsync();
        await sending;
        await Process.StartAsync();
        await alice.HurryAsync();
        await bob.HurryAsync();
        await alice.SeesAsync(burst);
        await bob.SeesAsync(burst);
        Assert.Equal(Enumerable.Range(1, burst.Length), await bob.SeqsAsync());
    }

    [Fact]
    public async Task Who_comes_back_later_than_the_others_misses_and_repeats_nothing()
    {
        ExpectLostConnections();
        var alice = await JoinAsync("alice");
        var bob = await JoinAsync("bob");
        await bob.SendAsync("1");
        await alice.SeesAsync("1");

        await bob.Page.Context.SetOfflineAsync(true);
        await Process.KillAsync();
        await Expect(bob.Banner).ToContainTextAsync("Offline");
        await bob.SendAsync("bob waits");
        await alice.SendAsync("2", "3");
        await Process.StartAsync();
        await alice.HurryAsync();
        await Expect(alice.Banner).ToBeHiddenAsync();
        await alice.SendAsync("4", "5");
        await alice.SeesAsync("1", "2", "3", "4", "5");
        await Expect(bob.Banner).ToBeVisibleAsync();
        await Expect(bob.Stored).ToHaveTextAsync(["1"]);

        await bob.Page.Context.SetOfflineAsync(false);
        string[] all = ["1", "2", "3", "4", "5", "bob waits"];
        await bob.SeesAsync(all);
        await alice.SeesAsync(all);
        await Expect(bob.Banner).ToBeHiddenAsync();
        Assert.Equal(await alice.LinesAsync(), await bob.LinesAsync());
    }

    [Fact]
    public async Task What_waits_survives_a_reload_of_the_page()
    {
        ExpectLostConnections();
        var alice = await JoinAsync("alice");
        await alice.SendAsync("before");
        await alice.SeesAsync("before");
        await Process.KillAsync();
        await Expect(alice.Banner).ToContainTextAsync("Offline");
        await alice.SendAsync("waits 1", "waits 2");
        await Expect(alice.Waiting).ToHaveCountAsync(2);

        // Away, since there is nothing to reload from, and back once there is.
        await alice.Page.GotoAsync("about:blank");
        await Process.StartAsync();
        await alice.Page.GoBackAsync();
        await alice.SeesAsync("before", "waits 1", "waits 2");
        await Expect(alice.Messages).ToHaveCountAsync(3);
    }

    // Chromium tells the console of each attempt that found no server.
    private void ExpectLostConnections()
    {
        Faults.Expect("WebSocket connection to");
        Faults.Expect("net::ERR_");
    }

    private static IEnumerable<string> TextsOf(string user, IEnumerable<string> lines) =>
        lines.Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])
            .Where(line => line.StartsWith($"{user}: ", StringComparison.Ordinal))
            .Select(line => line[(user.Length + 2)..]);
}
