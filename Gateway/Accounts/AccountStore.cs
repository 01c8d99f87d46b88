using Microsoft.AspNetCore.Identity;
using OrleansChat.Accounts;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// Where ASP.NET Core Identity finds accounts: in their grains. It has no part in counting wrong passwords, for Identity
/// counts them when they have been tried, and of many at once it would try them all; <see cref="IAccountGrain"/> counts
/// each before the next.
/// </summary>
internal sealed class AccountStore(IGrainFactory grains, IdentityErrorDescriber errors)
    : IUserPasswordStore<ChatAccount>, IUserSecurityStampStore<ChatAccount>
{
    public async Task<IdentityResult> CreateAsync(ChatAccount user, CancellationToken cancellationToken)
    {
        var created = await Grain(user.User).Create(new NewAccount(user.Name, user.PasswordHash, user.Stamp));
        if (created is null) return IdentityResult.Failed(errors.DuplicateUserName(user.User));
        user.KnownStamp = created.Stamp;
        return IdentityResult.Success;
    }

    public async Task<IdentityResult> UpdateAsync(ChatAccount user, CancellationToken cancellationToken)
    {
        var changed = await Grain(user.User).Change(new AccountChange(user.KnownStamp, user.PasswordHash, user.Stamp));
        if (changed is null) return IdentityResult.Failed(errors.ConcurrencyFailure());
        user.KnownStamp = changed.Stamp;
        return IdentityResult.Success;
    }

    public async Task<ChatAccount?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        await Grain(userId).Find() is { } account ? new ChatAccount(account) : null;

    // A folded id is nobody's: it says whom two ids could be mistaken for, and grains are found by the id itself.
    public Task<ChatAccount?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        throw new NotSupportedException("accounts are found by their id");

    public Task<IdentityResult> DeleteAsync(ChatAccount user, CancellationToken cancellationToken) =>
        throw new NotSupportedException("accounts are not deleted: their ids stand in the logs of rooms, and must not become another's");

    public Task<string> GetUserIdAsync(ChatAccount user, CancellationToken cancellationToken) => Task.FromResult(user.User);

    public Task<string?> GetUserNameAsync(ChatAccount user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.User);

    public Task SetUserNameAsync(ChatAccount user, string? userName, CancellationToken cancellationToken) =>
        throw new NotSupportedException("ids do not change");

    public Task<string?> GetNormalizedUserNameAsync(ChatAccount user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(ChatId.Fold(user.User));

    // The grain folds the id itself.
    public Task SetNormalizedUserNameAsync(ChatAccount user, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task SetPasswordHashAsync(ChatAccount user, string? passwordHash, CancellationToken cancellationToken)
    {
        user.PasswordHash = passwordHash ?? throw new ArgumentNullException(nameof(passwordHash));
        return Task.CompletedTask;
    }

    public Task<string?> GetPasswordHashAsync(ChatAccount user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.PasswordHash);

    public Task<bool> HasPasswordAsync(ChatAccount user, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task SetSecurityStampAsync(ChatAccount user, string stamp, CancellationToken cancellationToken)
    {
        user.Stamp = stamp;
        return Task.CompletedTask;
    }

    public Task<string?> GetSecurityStampAsync(ChatAccount user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Stamp);

    public void Dispose()
    {
    }

    private IAccountGrain Grain(string user) => grains.GetGrain<IAccountGrain>(user);
}
