using OrleansChat.Grains.Tests.Clusters;
using OrleansChat.Limits;
using OrleansChat.Users;

namespace OrleansChat.Grains.Tests.Users;

/// <summary>What a user may do only so often. Three within ten minutes here, so that no slow machine earns one meanwhile.</summary>
public sealed class AllowanceTests(ChatCluster cluster) : IClassFixture<ChatCluster>
{
    private static readonly TokenRate Three = TokenRate.Within(TimeSpan.FromMinutes(10), 3);

    [Fact]
    public async Task A_budget_is_spent_whoever_asks_and_comes_back_with_the_time()
    {
        var user = cluster.User(cluster.Name("user"));
        Assert.Equal(2, (await SpendAsync(user, most: 2)).Granted);
        // A part of what is wanted is better than nothing.
        Assert.Equal(1, (await SpendAsync(user, most: 2)).Granted);
        var refused = await SpendAsync(user);
        Assert.Equal(0, refused.Granted);
        Assert.InRange(refused.RetryAfter, TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(200));
        // The others are budgets of their own, and so are other users.
        Assert.Equal(1, (await SpendAsync(user, UserBudget.MembersInvited)).Granted);
        Assert.Equal(1, (await SpendAsync(cluster.User(cluster.Name("user")))).Granted);

        cluster.Clock.Advance(refused.RetryAfter);
        Assert.Equal(1, (await SpendAsync(user, most: 3)).Granted);
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, (await SpendAsync(user, most: 100)).Granted);
    }

    [Fact]
    public async Task What_was_spent_for_nothing_is_given_back_and_never_more_than_there_was()
    {
        var user = cluster.User(cluster.Name("user"));
        await user.Return(UserBudget.RoomsCreated);
        Assert.Equal(3, (await SpendAsync(user, most: 3)).Granted);
        await user.Return(UserBudget.RoomsCreated);
        Assert.Equal(1, (await SpendAsync(user, most: 3)).Granted);
        cluster.Clock.Advance(TimeSpan.FromHours(1));
        await user.Return(UserBudget.RoomsCreated);
        Assert.Equal(3, (await SpendAsync(user, most: 100)).Granted);
    }

    [Fact]
    public async Task Another_setting_forgives_nothing()
    {
        var user = cluster.User(cluster.Name("user"));
        Assert.Equal(3, (await SpendAsync(user, most: 3)).Granted);
        var six = TokenRate.Within(TimeSpan.FromMinutes(10), 6);
        Assert.Equal(0, (await user.Spend(new BudgetRequest(UserBudget.RoomsCreated, six, 1, 6))).Granted);
        Assert.Equal(0, (await SpendAsync(user)).Granted);
    }

    private static Task<BudgetGrant> SpendAsync(IUserGrain user, UserBudget budget = UserBudget.RoomsCreated, int most = 1) =>
        user.Spend(new BudgetRequest(budget, Three, Least: 1, most));
}
