using OrleansChat.Browser.Tests.Browsers;

namespace OrleansChat.Browser.Tests;

/// <summary>
/// A server in the next room, without TLS. A browser gives its page less than others: no locks, with which tabs could take
/// turns.
/// </summary>
public sealed class PlainHttpTests(Chromium chromium) : AccountTest(chromium)
{
    private const string Renew =
        """
        async () => {
          const { Account } = await import('/app/account.js');
          const account = await Account.current();
          const token = await account.token();
          globalThis.renewal = account.token({ stale: token });
        }
        """;

    private protected override Uri PageAddress => new UriBuilder(Server.Address) { Host = Chromium.ElsewhereHost }.Uri;

    [Fact]
    public async Task Two_tabs_that_renew_at_once_go_on_with_the_answer_that_came_first()
    {
        var alice = await RegisterAsync("alice");
        Assert.True(await alice.Page.EvaluateAsync<bool>("() => navigator.locks === undefined"));
        var tab = await AnotherTabAsync(alice);
        var (first, firstHeld) = await HoldAsync(alice.Page);
        var (second, secondHeld) = await HoldAsync(tab.Page);
        foreach (var person in new[] { alice, tab }) await person.Page.EvaluateAsync(Renew);
        await Task.WhenAll(first.Task, second.Task).WaitAsync(Patience);
        secondHeld.SetResult();
        var token = await tab.Page.EvaluateAsync<string>("() => renewal");
        var kept = await Kept.ReadAsync(tab.Page);
        Assert.Equal(token, kept!.AccessToken);
        firstHeld.SetResult();
        Assert.Equal(token, await alice.Page.EvaluateAsync<string>("() => renewal"));
        Assert.Equal(kept, await Kept.ReadAsync(alice.Page));
    }

    [Fact]
    public async Task A_renewal_that_is_answered_late_does_not_undo_a_change_of_the_password()
    {
        Faults.Expect(Refused);
        var alice = await RegisterAsync("alice");
        var tab = await AnotherTabAsync(alice);
        var (answered, held) = await HoldAsync(tab.Page);
        await tab.Page.EvaluateAsync(Renew);
        await answered.Task.WaitAsync(Patience);
        var back = ComesBackAsync(alice);
        await alice.Page.EvaluateAsync(
            """
            async ([current, next]) => {
              const { Account } = await import('/app/account.js');
              await (await Account.current()).changePassword({ current, next });
            }
            """,
            new[] { Password, "another long one" });
        var kept = await Kept.ReadAsync(alice.Page);
        held.SetResult();
        Assert.Equal(kept!.AccessToken, await tab.Page.EvaluateAsync<string>("() => renewal"));
        Assert.Equal(kept, await Kept.ReadAsync(alice.Page));
        await back;
        await alice.SendAsync("still me");
        await tab.SeesAsync("still me");
    }
}
