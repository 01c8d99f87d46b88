using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;
using OrleansChat.Gateway.Accounts;

namespace OrleansChat.Gateway.Authentication;

/// <summary>How this gateway finds out who somebody is, and what that lets them do over HTTP.</summary>
internal static class AuthenticationSetup
{
    /// <summary>The policy of what administrators alone may do.</summary>
    public const string Administrators = "administrators";

    /// <summary>The policy of what an application alone may do, with its key.</summary>
    public const string Applications = "applications";

    /// <exception cref="FormatException">
    /// Guests would be let in from other machines, and nobody said that they may; the mode is none; or a certificate cannot be used.
    /// </exception>
    public static void AddChatAuthentication(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection("Auth");
        CheckMode(section["Mode"] ?? nameof(AuthModes.Guest));
        var options = section.Get<AuthOptions>() ?? new AuthOptions();
        options.Normalize();
        if (options is { Mode: AuthModes.Guest, AllowPublicGuests: false }) PublicGuests.KeepOut(builder.Configuration);
        builder.Services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidation>();
        builder.Services.AddOptions<AuthOptions>().Bind(section).PostConfigure(static options => options.Normalize()).ValidateOnStart();
        // Each handler notes of each request that it is not for it.
        builder.Logging.AddFilter(typeof(AuthenticationSetup).Namespace, LogLevel.Warning);
        var schemes = builder.Services.AddAuthentication(ChatAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ChatAuthentication>(ChatAuthentication.SchemeName, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, configureOptions: null);
        if (options.Mode == AuthModes.Guest)
            schemes.AddScheme<AuthenticationSchemeOptions, GuestHandler>(GuestHandler.SchemeName, configureOptions: null);
        else
            schemes.AddBearerToken(BearerTokenDefaults.AuthenticationScheme);
        builder.Services.AddAuthorizationBuilder()
            // A token that is limited to rooms is good for nothing else, whosever it is.
            .AddPolicy(Administrators, policy => policy.RequireRole(ChatClaims.Administrator)
                .RequireAssertion(static context => !context.User.HasClaim(static claim => claim.Type == ChatClaims.Room)))
            .AddPolicy(Applications, policy => policy.RequireClaim(ChatClaims.Application));
        builder.Services.AddTokenKeys(options.Mode, KeysCertificates.Load(section, TimeProvider.System.GetUtcNow()));
        if (options.Mode.HasFlag(AuthModes.Accounts)) builder.Services.AddAccounts();
        builder.Services.AddSingleton<ChatTokens>();
        builder.Services.AddSingleton<TokenReader>();
        builder.Services.AddSingleton<Origins>();
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. options.AllowedOrigins]).AllowAnyHeader().AllowAnyMethod()));
    }

    // Binding takes numbers for modes, and Guest beside others for nothing.
    private static void CheckMode(string mode)
    {
        var parts = mode.Split(',', StringSplitOptions.TrimEntries);
        if (Array.TrueForAll(parts, part => Enum.GetNames<AuthModes>().Contains(part, StringComparer.OrdinalIgnoreCase))
            && (parts.Length == 1 || !parts.Contains(nameof(AuthModes.Guest), StringComparer.OrdinalIgnoreCase)))
        {
            return;
        }

        throw new FormatException($"Auth:Mode is '{mode}'; it is Guest, or one or several of Accounts, Tokens and External, with commas between them");
    }

    /// <summary>Puts it into the way of each request; after it, endpoints know who asks.</summary>
    public static void UseChatAuthentication(this WebApplication app)
    {
        app.Use(TokenPlaces.UseAsync);
        app.Use(Origins.UseAsync);
        app.Use(TokenKeysSetup.UseAsync);
        app.UseAuthentication();
        app.UseAuthorization();
    }
}
