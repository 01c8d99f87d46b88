using OrleansChat.Accounts;
using OrleansChat.Grains.Accounts;
using OrleansChat.Grains.Tests.Clusters;

namespace OrleansChat.Grains.Tests.Accounts;

/// <summary>Log-ins: tickets that are good once.</summary>
public abstract class SessionTests(ChatCluster cluster)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    [Fact]
    public async Task Each_ticket_gives_the_next_and_the_one_before_gives_the_same_for_a_minute()
    {
        var grain = await CreateAsync();
        var first = await OpenAsync(grain);
        var second = await NextAsync(grain, first);
        Assert.Equal(first with { Number = first.Number + 1 }, second);
        cluster.Clock.Advance(Sessions.Grace - TimeSpan.FromSeconds(1));
        Assert.Equal(second, await NextAsync(grain, first));
        await cluster.DeactivateAsync(grain);
        Assert.Equal(second, await NextAsync(grain, first));
        var third = await NextAsync(grain, second);
        Assert.Equal(third, await NextAsync(grain, second));
        var renewal = await grain.RenewSession("s1", third, Lifetime);
        Assert.Equal(new SessionRenewal(SessionOutcome.Renewed, third with { Number = 4 }), renewal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_ticket_that_comes_again_ends_its_log_in_and_no_other(int later)
    {
        var grain = await CreateAsync();
        var (stolen, other) = (await OpenAsync(grain), await OpenAsync(grain));
        var newest = stolen;
        for (var i = 0; i < later; i++) newest = await NextAsync(grain, newest);
        // One that is older has no time of grace.
        if (later == 1) cluster.Clock.Advance(Sessions.Grace + TimeSpan.FromSeconds(1));
        Assert.Equal(new SessionRenewal(SessionOutcome.UsedBefore, null), await grain.RenewSession("s1", stolen, Lifetime));
        await cluster.DeactivateAsync(grain);
        foreach (var ticket in new[] { newest, stolen, newest with { Number = newest.Number + 1 } })
            Assert.Equal(new SessionRenewal(SessionOutcome.Ended, null), await grain.RenewSession("s1", ticket, Lifetime));
        await NextAsync(grain, other);
    }

    [Fact]
    public async Task Of_many_who_renew_at_once_all_get_the_same_and_none_is_taken_for_a_thief()
    {
        var grain = await CreateAsync();
        var first = await OpenAsync(grain);
        var next = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => NextAsync(grain, first)));
        Assert.Single(next.Distinct());
        Assert.Equal(2, next[0].Number);
    }

    [Fact]
    public async Task Another_stamp_ends_all_log_ins_and_another_hash_alone_ends_none()
    {
        var grain = await CreateAsync();
        var ticket = await OpenAsync(grain);
        await grain.Change(new AccountChange("s1", "h2", "s1"));
        ticket = await NextAsync(grain, ticket);
        await grain.Change(new AccountChange("s1", "h2", "s2"));
        Assert.Null(await grain.OpenSession("s1", Lifetime));
        // Even for whoever could say under which stamp it would be good.
        foreach (var stamp in new[] { "s1", "s2" })
            Assert.Equal(SessionOutcome.Ended, (await grain.RenewSession(stamp, ticket, Lifetime)).Outcome);
        Assert.NotNull(await grain.OpenSession("s2", Lifetime));
        Assert.Null(await Grain(cluster.Name("nobody")).OpenSession("s1", Lifetime));
        Assert.Equal(SessionOutcome.Ended, (await Grain(cluster.Name("nobody")).RenewSession("s1", ticket, Lifetime)).Outcome);
    }

    [Fact]
    public async Task A_log_in_ends_when_it_is_not_renewed_in_time()
    {
        var grain = await CreateAsync();
        var ticket = await OpenAsync(grain);
        cluster.Clock.Advance(Lifetime - TimeSpan.FromHours(1));
        ticket = await NextAsync(grain, ticket);
        cluster.Clock.Advance(Lifetime - TimeSpan.FromHours(1));
        ticket = await NextAsync(grain, ticket);
        cluster.Clock.Advance(Lifetime);
        Assert.Equal(SessionOutcome.Ended, (await grain.RenewSession("s1", ticket, Lifetime)).Outcome);
    }

    [Fact]
    public async Task Of_very_many_log_ins_the_one_ends_that_was_longest_not_renewed()
    {
        var grain = await CreateAsync();
        var (renewed, left) = (await OpenAsync(grain), default(SessionTicket));
        for (var i = 1; i < Sessions.Most; i++)
        {
            cluster.Clock.Advance(TimeSpan.FromSeconds(1));
            var opened = await OpenAsync(grain);
            left ??= opened;
        }

        renewed = await NextAsync(grain, renewed);
        await OpenAsync(grain);
        Assert.Equal(SessionOutcome.Ended, (await grain.RenewSession("s1", left!, Lifetime)).Outcome);
        await NextAsync(grain, renewed);
        Assert.Equal(
            Sessions.Most, (await cluster.Temp.Accounts.FindAsync(grain.GetPrimaryKeyString()))!.Sessions.Split("\"id\"").Length - 1);
    }

    [Fact]
    public async Task What_another_activation_has_renewed_is_known_before_a_ticket_is_judged()
    {
        var grain = await CreateAsync();
        var first = await OpenAsync(grain);
        var user = grain.GetPrimaryKeyString();
        var before = (await cluster.Temp.Accounts.FindAsync(user))!;
        var second = await NextAsync(grain, first);
        var after = (await cluster.Temp.Accounts.FindAsync(user))!;
        // As if the activation had read the row before another one renewed: it has to lose, and read again.
        Assert.False(await cluster.Temp.Accounts.UpdateAsync(before));
        Assert.True(await cluster.Temp.Accounts.UpdateAsync(after with { Sessions = after.Sessions.Replace("\"number\":2", "\"number\":3", StringComparison.Ordinal) }));
        Assert.Equal(second with { Number = 3 }, await NextAsync(grain, second));
    }

    private static async Task<SessionTicket> OpenAsync(IAccountGrain grain)
    {
        var ticket = await grain.OpenSession("s1", Lifetime);
        Assert.NotNull(ticket);
        return ticket;
    }

    private static async Task<SessionTicket> NextAsync(IAccountGrain grain, SessionTicket ticket)
    {
        var renewal = await grain.RenewSession("s1", ticket, Lifetime);
        Assert.Equal(SessionOutcome.Renewed, renewal.Outcome);
        return renewal.Next!;
    }

    private IAccountGrain Grain(string user) => cluster.Grains.GetGrain<IAccountGrain>(user);

    private async Task<IAccountGrain> CreateAsync()
    {
        var grain = Grain(cluster.Name("account"));
        Assert.NotNull(await grain.Create(new NewAccount(null, "hash", "s1")));
        return grain;
    }
}

public sealed class SqliteSessionTests(ChatCluster cluster) : SessionTests(cluster), IClassFixture<ChatCluster>;

public sealed class PostgresSessionTests(PostgresCluster cluster) : SessionTests(cluster), IClassFixture<PostgresCluster>;
