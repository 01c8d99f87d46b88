using System.Collections.Immutable;
using OrleansChat.Limits;
using OrleansChat.Users;

namespace OrleansChat.Grains.Users;

/// <summary>
/// What a user may do yet, whichever gateway asks. A budget begins full, and is made when it is first asked for.
/// </summary>
/// <remarks>
/// It is kept in memory: all budgets fill within ten minutes, and only an activation that was not called for ten
/// minutes ends by itself, so the next one gives no more than this one would have. What is lost with a killed silo is
/// what was spent in the ten minutes before.
/// </remarks>
internal sealed class UserAllowance(TimeProvider clock)
{
    private readonly Dictionary<UserBudget, (TokenRate Rate, TokenBucket Bucket)> _budgets = [];

    /// <summary>Whether something is missing anywhere.</summary>
    public bool IsTouched => _budgets.Values.Any(budget => budget.Bucket.Missing > TimeSpan.Zero);

    public BudgetGrant Spend(BudgetRequest request)
    {
        // Gateways may differ in their settings while new ones are rolled out: what was spent stays spent.
        if (!_budgets.TryGetValue(request.Budget, out var budget) || budget.Rate != request.Rate)
        {
            var missing = budget.Bucket?.Missing ?? TimeSpan.Zero;
            _budgets[request.Budget] = budget = (request.Rate, new TokenBucket(request.Rate, clock, missing));
        }

        var granted = budget.Bucket.TryTake(request.Least, request.Most, out var wait);
        return new BudgetGrant(granted, wait);
    }

    public void Return(UserBudget budget)
    {
        if (_budgets.TryGetValue(budget, out var spent)) spent.Bucket.Return();
    }

    /// <summary>What goes along to another silo.</summary>
    public ImmutableArray<CarriedBudget> Carry() =>
        [.. _budgets.Select(pair => new CarriedBudget(pair.Key, pair.Value.Rate, pair.Value.Bucket.Missing))];

    /// <summary>Takes over what has come along; from a silo of an earlier version nothing has.</summary>
    public void Take(ImmutableArray<CarriedBudget> carried)
    {
        if (carried.IsDefault) return;
        foreach (var (budget, rate, missing) in carried) _budgets[budget] = (rate, new TokenBucket(rate, clock, missing));
    }
}
