using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Authentication;

namespace OrleansChat.Gateway.Accounts;

/// <summary>Accounts with passwords: ASP.NET Core Identity over the grains.</summary>
internal static class AccountSetup
{
    // OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA512. Hashes made with fewer are made anew at the next log-in.
    private const int Iterations = 210_000;

    public static void AddAccounts(this IServiceCollection services)
    {
        services.AddSingleton<IPasswordHasher<ChatAccount>, PasswordHasher<ChatAccount>>();
        services.AddOptions<PasswordHasherOptions>().Configure(static options => options.IterationCount = Iterations);
        services.AddIdentityCore<ChatAccount>().AddUserStore<AccountStore>().AddPasswordValidator<LongEnough>().AddPasswordValidator<NotEasy>();
        // It looks ids up by their folded form, and allows ASCII alone; the rule of ids and the grain do better.
        services.RemoveAll<IUserValidator<ChatAccount>>();
        services.AddOptions<IdentityOptions>().Configure<IOptions<AuthOptions>>(static (identity, auth) =>
        {
            identity.Password.RequiredLength = auth.Value.PasswordLength;
            identity.Password.RequiredUniqueChars = 4;
            // Identity knows the letters and digits of ASCII alone: nobody could have a password in Greek.
            identity.Password.RequireDigit = false;
            identity.Password.RequireLowercase = false;
            identity.Password.RequireUppercase = false;
            identity.Password.RequireNonAlphanumeric = false;
        });
        // Where the description of the API looks for what bodies hold.
        services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Add(IssuedTokensJson.Default));
        services.AddSingleton<PasswordWork>();
        services.AddSingleton<Decoy>();
        services.AddSingleton<RefreshTokens>();
        services.AddScoped<AccountDesk>();
    }
}
