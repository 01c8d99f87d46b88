using System.Collections.Frozen;
using Microsoft.AspNetCore.Identity;

namespace OrleansChat.Gateway.Accounts;

/// <summary>
/// Refuses passwords that are tried first: the user's own id or name, and those that stand at the top of every list of
/// passwords that were found out. Whatever else a password must be like, its length says: NIST SP 800-63B-4 §3.1.1.2.
/// </summary>
internal sealed class NotEasy : IPasswordValidator<ChatAccount>
{
    // Folded, and without the digits and signs at their ends that nobody is kept out by.
    private static readonly FrozenSet<string> Known = new[]
    {
        "password", "passwort", "passw", "passwd", "motdepasse", "contrasena", "senha", "parola", "geheim", "secret", "letmein", "changeme",
        "welcome", "willkommen", "bienvenue", "default", "administrator", "admin", "administrateur", "root", "guest", "user", "login",
        "master", "superuser", "test", "testing", "temp", "temporary", "internet", "computer", "samsung", "google", "facebook", "twitter",
        "orleanschat", "chat", "qwerty", "qwertyu", "qwertyui", "qwertyuiop", "qwertz", "qwertzui", "qwertzuiop", "azerty", "azertyuiop",
        "asdfgh", "asdfghj", "asdfghjk", "asdfghjkl", "zxcvbn", "zxcvbnm", "qazwsx", "qazwsxedc", "abcdef", "abcdefg", "abcdefgh", "abc",
        "iloveyou", "iloveu", "loveyou", "sunshine", "princess", "princesa", "football", "baseball", "basketball", "superman", "batman",
        "spiderman", "pokemon", "starwars", "dragon", "monkey", "shadow", "michael", "jennifer", "jessica", "charlie", "ashley", "jordan",
        "michelle", "daniel", "andrew", "nicole", "liverpool", "chelsea", "arsenal", "barcelona", "juventus", "whatever", "trustno",
        "blink", "hello", "freedom", "flower", "lovely", "hunter", "ginger", "pepper", "cheese", "summer", "winter", "spring", "autumn",
        "mustang", "corvette", "mercedes", "harley", "access", "qweasd", "qweasdzxc", "aaaaaaaa", "zaqxsw",
    }.Select(Fold).ToFrozenSet(StringComparer.Ordinal);

    public Task<IdentityResult> ValidateAsync(UserManager<ChatAccount> manager, ChatAccount user, string? password)
    {
        var folded = Fold(password ?? "");
        var easy = folded.Length == 0 || Known.Contains(folded) || folded == Fold(user.User) || folded == Fold(user.Name ?? "");
        return Task.FromResult(easy
            ? IdentityResult.Failed(new IdentityError
            {
                Code = "PasswordTooEasy",
                Description = "Passwords must not be the user's id or name, a row of digits, nor one of those that everybody tries first.",
            })
            : IdentityResult.Success);
    }

    private static string Fold(string text) => ChatId.Fold(text).Trim([.. "0123456789!?.,;:*#$%&@+-_= '\""]);
}
