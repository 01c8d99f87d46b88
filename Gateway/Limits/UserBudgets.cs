using Microsoft.Extensions.Options;
using OrleansChat.Limits;
using OrleansChat.Users;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// What a user may do only so often within ten minutes: make rooms, invite, speak first to somebody. Administrators, and
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
            throw new ChatException(ChatErrorCode.RateLimited, $"more than {rate.Burst} {Name(budget)} within ten minutes")
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

    private TokenRate Rate(UserBudget budget) => TokenRate.Within(BudgetRequest.LongestFilling, budget switch
    {
        UserBudget.RoomsCreated => limits.Value.RoomsCreated,
        UserBudget.MembersInvited => limits.Value.MembersInvited,
        UserBudget.DirectRoomsOpened => limits.Value.DirectRoomsOpened,
        _ => throw new ArgumentOutOfRangeException(nameof(budget), budget, "no budget of ten minutes"),
    });

    private static string Name(UserBudget budget) => budget switch
    {
        UserBudget.RoomsCreated => "rooms created",
        UserBudget.MembersInvited => "members invited",
        _ => "direct rooms opened",
    };
}
