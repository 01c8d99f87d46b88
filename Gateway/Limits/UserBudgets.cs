using Microsoft.Extensions.Options;
using OrleansChat.Limits;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// What a user may do only so often: make rooms, invite, speak first to somebody, look for rooms. Administrators, and
/// applications with their keys, as often as they like.
/// </summary>
/// <remarks>
/// The gateway asks the user's grain before it calls the room's, for a room never waits for a user. A user who cannot be
/// reached makes no rooms: nobody is the worse for trying that again.
/// </remarks>
internal sealed class UserBudgets(IGrainFactory grains, IOptions<ChatLimits> limits)
{
    /// <summary>Does something for one of a budget, which is given back when it is refused.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.RateLimited"/>: nothing is left of it.</exception>
    public async Task<T> SpendAsync<T>(Actor by, UserBudget budget, Func<Task<T>> act)
    {
        if (by.IsAdministrator) return await act();
        var user = grains.GetGrain<IUserGrain>(by.User);
        var rate = Rate(budget);
        var grant = await user.Spend(new BudgetRequest(budget, rate, Least: 1, Most: 1));
        if (grant.Granted == 0)
        {
            throw new ChatException(ChatErrorCode.RateLimited, $"more than {Explain(budget, rate)}")
            {
                RetryAfter = grant.RetryAfter,
            };
        }

        try
        {
            return await act();
        }
        catch (ChatException refusal) when (refusal.Code is not (ChatErrorCode.Unavailable or ChatErrorCode.Internal))
        {
            // What is unavailable may have happened all the same.
            await user.Return(budget).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private TokenRate Rate(UserBudget budget) => budget == UserBudget.Searches
        ? new TokenRate(TimeSpan.FromMinutes(1) / limits.Value.SearchesPerMinute, limits.Value.SearchBurst)
        : TokenRate.Within(BudgetRequest.LongestFilling, Amount(budget));

    private int Amount(UserBudget budget) => budget switch
    {
        UserBudget.RoomsCreated => limits.Value.RoomsCreated,
        UserBudget.MembersInvited => limits.Value.MembersInvited,
        UserBudget.DirectRoomsOpened => limits.Value.DirectRoomsOpened,
        _ => throw new ArgumentOutOfRangeException(nameof(budget), budget, "no budget of ten minutes"),
    };

    private string Explain(UserBudget budget, TokenRate rate) => budget switch
    {
        UserBudget.Searches => $"{limits.Value.SearchesPerMinute} searches for rooms a minute of one user (or {rate.Burst} at once)",
        UserBudget.RoomsCreated => $"{rate.Burst} rooms created within ten minutes",
        UserBudget.MembersInvited => $"{rate.Burst} members invited within ten minutes",
        _ => $"{rate.Burst} direct rooms opened within ten minutes",
    };
}
