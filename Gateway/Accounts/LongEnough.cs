using Microsoft.AspNetCore.Identity;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// Counts a password's characters as people do, by Unicode scalar values; Identity counts a character outside of the
/// basic plane as two.
/// </summary>
internal sealed class LongEnough : IPasswordValidator<ChatAccount>
{
    public Task<IdentityResult> ValidateAsync(UserManager<ChatAccount> manager, ChatAccount user, string? password)
    {
        var least = manager.Options.Password.RequiredLength;
        return Task.FromResult((password ?? "").EnumerateRunes().Count() >= least
            ? IdentityResult.Success
            : IdentityResult.Failed(manager.ErrorDescriber.PasswordTooShort(least)));
    }
}
