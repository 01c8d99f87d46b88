using OrleansChat.Limits;

namespace OrleansChat.Users;

/// <summary>Asks a user for some of a budget.</summary>
/// <param name="Budget">Which.</param>
/// <param name="Rate">
/// The budget as the gateway's settings have it. It fills within ten minutes (<see cref="LongestFilling"/>): a user's
/// activation that nobody calls for so long may end, and the next one begins with full budgets.
/// </param>
/// <param name="Least">With fewer the gateway cannot do anything.</param>
/// <param name="Most">More it does not want.</param>
[GenerateSerializer, Immutable, Alias("chat.budget-request")]
public sealed record BudgetRequest(
    [property: Id(0)] UserBudget Budget,
    [property: Id(1)] TokenRate Rate,
    [property: Id(2)] int Least,
    [property: Id(3)] int Most)
{
    /// <summary>No budget takes longer to fill.</summary>
    public static readonly TimeSpan LongestFilling = TimeSpan.FromMinutes(10);
}

/// <summary>What a user gives of a budget.</summary>
/// <param name="Granted">How much: nothing, or at least what was asked for.</param>
/// <param name="RetryAfter">When there is nothing: in how long there will be.</param>
[GenerateSerializer, Immutable, Alias("chat.budget-grant")]
public sealed record BudgetGrant([property: Id(0)] int Granted, [property: Id(1)] TimeSpan RetryAfter);
