using OrleansChat.Users;

namespace OrleansChat.Grains.Users;

// What the user may do yet, on all gateways together.
internal sealed partial class UserGrain
{
    private readonly UserAllowance _allowance = new(clock);

    public Task<BudgetGrant> Spend(BudgetRequest request) => Task.FromResult(_allowance.Spend(request));

    public Task Return(UserBudget budget)
    {
        _allowance.Return(budget);
        return Task.CompletedTask;
    }
}
