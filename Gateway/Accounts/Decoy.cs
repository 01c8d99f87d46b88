using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// What passwords of users without an account are tried against: an account of nobody's, whose password nobody knows,
/// hashed by the same hasher with the same options. It is made at the start, so that no request pays for it.
/// </summary>
internal sealed class Decoy
{
    public Decoy(IPasswordHasher<ChatAccount> hasher)
    {
        // Not an id: no grain has it.
        Account = new ChatAccount("") { Stamp = "none" };
        Account.PasswordHash = hasher.HashPassword(Account, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
    }

    public ChatAccount Account { get; }
}
